import type { Call, PickleMachine } from "./machine.js";
import type { PickleValue } from "./values.js";

/** How older protocols write bytes, and complex numbers. */
export const BYTE_CALLS: readonly (readonly [string, Call])[] = [
  ["_codecs.encode", encode],
  ["builtins.bytes", makeBytes],
  ["builtins.bytearray", makeBytes],
  ["builtins.complex", makeComplex],
];

function encode([text, encoding]: readonly PickleValue[], machine: PickleMachine): PickleValue {
  if (
    typeof text !== "string" ||
    (encoding !== "latin1" && encoding !== "latin-1") ||
    /[^\0-\xff]/.test(text)
  ) {
    machine.reader.fail("_codecs.encode is given something that is no latin-1 text");
  }
  machine.spend(text.length);
  return new Uint8Array(Buffer.from(text, "latin1"));
}

function makeBytes(args: readonly PickleValue[], machine: PickleMachine): PickleValue {
  const [source = new Uint8Array()] = args;
  if (typeof source === "string") return encode(args, machine);
  if (!(source instanceof Uint8Array) || args.length > 1) {
    machine.reader.fail("bytes are made of something that is no bytes");
  }
  return source;
}

function makeComplex([re, im]: readonly PickleValue[], machine: PickleMachine): PickleValue {
  if (typeof re !== "number" || typeof im !== "number") {
    machine.reader.fail("a complex number is made of something that is no numbers");
  }
  return { re, im };
}
