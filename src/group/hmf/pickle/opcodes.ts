import { buildArray, buildDType } from "./arrays.js";
import { call, globalOf } from "./globals.js";
import type { PickleMachine } from "./machine.js";
import type { PickleReader } from "./reader.js";
import {
  PickledArray,
  PickledDType,
  PickledGlobal,
  type PickleValue,
  plainInteger,
  tupleOf,
} from "./values.js";

type Operation = (machine: PickleMachine, reader: PickleReader) => void;

/** Bytes of the longest whole number: beyond any that counts something. */
const MAX_INTEGER_BYTES = 8192;

/**
 * The instructions of protocols 2 to 5 that data need, each by the byte that stands for it. The rest are those of older
 * protocols, of objects of classes, and of data beside the pickle.
 */
export const OPERATIONS: ReadonlyMap<number, Operation> = byByte({
  // Constants.
  N: (machine) => machine.push(null),
  "\x88": (machine) => machine.push(true),
  "\x89": (machine) => machine.push(false),
  // Numbers.
  J: (machine, reader) => machine.push(reader.int32()),
  K: (machine, reader) => machine.push(reader.uint8()),
  M: (machine, reader) => machine.push(reader.uint16()),
  "\x8a": (machine, reader) => pushInteger(machine, reader.uint8()),
  "\x8b": (machine, reader) => pushInteger(machine, reader.uint32()),
  G: (machine, reader) => machine.push(reader.float64()),
  // Text and bytes.
  "\x8c": (machine, reader) => machine.push(reader.text(reader.uint8())),
  X: (machine, reader) => machine.push(reader.text(reader.uint32())),
  "\x8d": (machine, reader) => machine.push(reader.text(reader.length64())),
  C: (machine, reader) => machine.pushContainer(reader.bytes(reader.uint8())),
  B: (machine, reader) => machine.pushContainer(reader.bytes(reader.uint32())),
  "\x8e": (machine, reader) => machine.pushContainer(reader.bytes(reader.length64())),
  "\x96": (machine, reader) => machine.pushContainer(reader.bytes(reader.length64())),
  // Tuples.
  ")": (machine) => machine.pushContainer(machine.popTuple(0)),
  "\x85": (machine) => machine.pushContainer(machine.popTuple(1)),
  "\x86": (machine) => machine.pushContainer(machine.popTuple(2)),
  "\x87": (machine) => machine.pushContainer(machine.popTuple(3)),
  t: (machine) => machine.pushContainer(Object.freeze(machine.popMark())),
  // Lists.
  "]": (machine) => machine.pushContainer([]),
  l: (machine) => machine.pushContainer(machine.popMark()),
  a: (machine) => machine.append([machine.pop()]),
  e: (machine) => machine.append(machine.popMark()),
  // Dictionaries.
  "}": (machine) => machine.pushContainer(new Map()),
  d: (machine) => {
    const items = machine.popMark();
    machine.pushContainer(new Map());
    machine.setItems(items);
  },
  s: (machine) => machine.setItems(machine.popTuple(2)),
  u: (machine) => machine.setItems(machine.popMark()),
  // Sets.
  "\x8f": (machine) => machine.pushContainer(new Set()),
  "\x90": (machine) => machine.addItems(machine.popMark()),
  "\x91": (machine) => machine.pushContainer(machine.setOf(machine.popMark())),
  // The stack and the memo.
  "(": (machine) => machine.mark(),
  "0": (machine) => machine.drop(),
  "1": (machine) => void machine.popMark(),
  "2": (machine) => machine.push(machine.top()),
  q: (machine, reader) => machine.remember(reader.uint8()),
  r: (machine, reader) => machine.remember(reader.uint32()),
  "\x94": (machine) => machine.remember(),
  h: (machine, reader) => machine.recall(reader.uint8()),
  j: (machine, reader) => machine.recall(reader.uint32()),
  // What is made by name.
  c: (machine, reader) => pushGlobal(machine, reader.line(), reader.line()),
  "\x93": (machine) => {
    const [module, name] = machine.popTuple(2);
    pushGlobal(machine, module, name);
  },
  R: reduce,
  "\x81": reduce,
  b: build,
  // How long the next part is, which only readers of streams need.
  "\x95": (_machine, reader) => void reader.length64(),
});

function byByte(operations: Readonly<Record<string, Operation>>): ReadonlyMap<number, Operation> {
  return new Map(Object.entries(operations).map(([byte, operation]) => [byte.charCodeAt(0), operation]));
}

function pushInteger(machine: PickleMachine, length: number): void {
  if (length > MAX_INTEGER_BYTES) machine.reader.fail(`a whole number of ${length} bytes is too long`);
  machine.spend(length);
  machine.push(plainInteger(machine.reader.integer(length)));
}

function pushGlobal(
  machine: PickleMachine,
  module: PickleValue | undefined,
  name: PickleValue | undefined,
): void {
  if (typeof module !== "string" || typeof name !== "string") {
    machine.reader.fail("a module and a name are text");
  }
  machine.push(globalOf(module, name, machine));
}

function reduce(machine: PickleMachine): void {
  const [made, said] = machine.popTuple(2);
  const args = tupleOf(said);
  if (!(made instanceof PickledGlobal) || args === undefined) {
    machine.reader.fail("something is called that is no function, or without a tuple of arguments");
  }
  machine.pushMade(call(made, args, machine));
}

function build(machine: PickleMachine): void {
  const state = machine.pop();
  const target = machine.top();
  if (target instanceof PickledArray) buildArray(target, state, machine);
  else if (target instanceof PickledDType) buildDType(target, state, machine);
  else machine.reader.fail("a state is given to something that has none");
}
