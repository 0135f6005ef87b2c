import { addressOf } from "./describe.js";
import { attributeFactsOf, type TypeFacts } from "./format/index.js";
import type { Handle } from "./handle.js";

interface Known {
  readonly path: string;
  readonly facts: ReadonlyMap<string, TypeFacts>;
}

/** The object that was looked at last in each file, whose attributes are read one after another. */
const last = new WeakMap<Handle, Known>();

/** What the types of an object's attributes say that the library does not. @throws DiskError, CorruptError */
export function attributeFacts(handle: Handle, path: string): ReadonlyMap<string, TypeFacts> {
  const known = last.get(handle);
  if (known?.path === path) return known.facts;
  const facts = attributeFactsOf(handle.fd, handle.path, Number(addressOf(handle, path)));
  last.set(handle, { path, facts });
  return facts;
}
