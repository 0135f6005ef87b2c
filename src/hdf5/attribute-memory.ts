import type { TypeInfo } from "./h5wasm.js";
import type { Handle } from "./handle.js";

/** The names of an object's attributes, in the order of their creation where the object knows it. */
export function attributeNames(handle: Handle, path: string): string[] {
  return [...handle.ask(path, (module, id) => module.get_attribute_names(id, path))];
}

/** What an attribute is; undefined where its name is no text in UTF-8, so that nothing is found by it. @throws CorruptError */
export function attributeType(handle: Handle, path: string, name: string): TypeInfo | undefined {
  const { value, problem } = handle.try((module, id) => module.get_attribute_metadata(id, path, name));
  if (value !== undefined && problem === undefined) return value;
  if (/name not defined/.test(problem ?? "")) return undefined;
  throw handle.corrupt(`${path}@${name}`, problem ?? "it failed");
}

/**
 * Reads an attribute into the memory of the library, and gives all of it back.
 *
 * @param length bytes of its elements
 * @param isReclaimed whether they hold addresses of more
 * @param use is given the address of the elements
 * @throws CorruptError
 */
export function withAttribute<T>(
  handle: Handle,
  path: string,
  name: string,
  length: number,
  isReclaimed: boolean,
  use: (address: number) => T,
): T {
  const { module, id } = handle.requireOpen();
  const address = module._malloc(Math.max(length, 1));
  if (address === 0) throw handle.corrupt(path, "the memory of h5wasm is full");
  try {
    const { value: status, problem } = handle.try(() =>
      module.get_attribute_data(id, path, name, BigInt(address)),
    );
    if (status === undefined || status < 0) {
      throw handle.corrupt(`${path}@${name}`, problem ?? "it failed");
    }
    try {
      return use(address);
    } finally {
      if (isReclaimed) handle.try(() => module.reclaim_vlen_memory(id, path, name, BigInt(address)));
    }
  } finally {
    module._free(address);
  }
}
