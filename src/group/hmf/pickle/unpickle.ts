import { PickleMachine } from "./machine.js";
import { OPERATIONS } from "./opcodes.js";
import { PickleReader } from "./reader.js";
import type { PickleValue } from "./values.js";

const PROTO = 0x80;
const STOP = 0x2e;
const OLDEST = 2;
const NEWEST = 5;

/** Memory that the values of one pickle may take together: those of some hundred thousand arrays. */
const MAX_BYTES = 2 ** 30;

/**
 * Reads a Python pickle of plain data, and executes nothing: what it names is looked up in a short list, each of whose
 * entries is a function of this package that makes a value of bytes and numbers. Everything else is refused by name.
 *
 * Protocols 2 to 5; dictionaries, lists, tuples, sets, text, bytes, numbers of any size, dates, NumPy's arrays and scalars.
 * Work and memory are bounded by the bytes that are there, and by `limit`; values may contain themselves, which is for
 * whoever walks through them to see.
 *
 * @param bytes the pickle; arrays and bytes of the result lie in it
 * @param path its file, for messages
 * @param limit bytes of memory, about, that its values may take
 * @throws FormatError for anything else, naming what was to be run or which byte is wrong; LimitError
 */
export function unpickle(bytes: Uint8Array, path: string, limit: number = MAX_BYTES): PickleValue {
  const reader = new PickleReader(bytes, path);
  if (reader.rest === 0 || reader.uint8() !== PROTO)
    return reader.fail("it is no pickle of protocol 2 or later");
  const protocol = reader.uint8();
  if (protocol < OLDEST || protocol > NEWEST) return reader.fail(`protocol ${protocol} is not known`);
  const machine = new PickleMachine(reader, limit);
  for (let byte = reader.uint8(); byte !== STOP; byte = reader.uint8()) {
    const operation = OPERATIONS.get(byte);
    if (operation === undefined) {
      return reader.fail(`the instruction 0x${byte.toString(16).padStart(2, "0")} is none that data need`);
    }
    operation(machine, reader);
  }
  if (reader.rest > 0) return reader.fail("bytes follow the end of the pickle");
  return machine.result();
}
