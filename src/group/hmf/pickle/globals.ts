import { excerpt } from "../../../npy/excerpt.js";
import { fromBuffer, makeDType, makeScalar, reconstruct } from "./arrays.js";
import { BYTE_CALLS } from "./bytes.js";
import type { Call, PickleMachine } from "./machine.js";
import { TIME_CALLS } from "./times.js";
import { PickledGlobal, type PickleValue } from "./values.js";

/** Names that stand for a value by themselves. */
const CONSTANTS: ReadonlyMap<string, PickleValue> = new Map([
  ["pandas.NA", null],
  ["pandas._libs.missing.NA", null],
]);

/** Names that are only told to others: what a defaultdict would make, what kind of array is meant. */
const MENTIONED: ReadonlySet<string> = new Set([
  "builtins.int",
  "builtins.float",
  "builtins.str",
  "builtins.bool",
  "builtins.tuple",
  "numpy.ndarray",
]);

/** All that may be called. There is nothing else that a pickle can make this package do. */
const CALLS: ReadonlyMap<string, Call> = new Map<string, Call>([
  ["builtins.dict", makeDictionary],
  ["collections.OrderedDict", makeDictionary],
  ["collections.defaultdict", makeDictionary],
  ["builtins.list", makeList],
  ["builtins.set", makeSet],
  ["builtins.frozenset", makeSet],
  ...BYTE_CALLS,
  ["numpy.dtype", makeDType],
  ["numpy.core.multiarray._reconstruct", reconstruct],
  ["numpy.core.multiarray.scalar", makeScalar],
  ["numpy.core.numeric._frombuffer", fromBuffer],
  ...TIME_CALLS,
]);

/**
 * The value that a name stands for.
 *
 * @throws FormatError that names it, unless it is one of the few of this page
 */
export function globalOf(module: string, name: string, { reader }: PickleMachine): PickleValue {
  const known = `${module === "__builtin__" ? "builtins" : module.replace(/^numpy\._core(?=\.)/, "numpy.core")}.${name}`;
  const constant = CONSTANTS.get(known);
  if (constant !== undefined) return constant;
  if (CALLS.has(known) || MENTIONED.has(known)) return new PickledGlobal(known);
  return reader.fail(
    `refused: in Python, reading it would run ${excerpt(`${module}.${name}`)}; what is read here is dictionaries, lists, ` +
      "text, numbers, dates and NumPy's arrays, and nothing is run",
  );
}

/** The value that a name makes of arguments. @throws FormatError for others than it takes */
export function call(
  { name }: PickledGlobal,
  args: readonly PickleValue[],
  machine: PickleMachine,
): PickleValue {
  const make = CALLS.get(name);
  if (make === undefined) return machine.reader.fail(`${name} makes nothing by itself`);
  return make(args, machine);
}

function makeDictionary(args: readonly PickleValue[], machine: PickleMachine): PickleValue {
  // What a defaultdict would make is of no matter: nothing is looked up in it that is not there.
  const [factory = null, ...more] = args;
  if (more.length > 0 || (factory !== null && !(factory instanceof PickledGlobal))) {
    machine.reader.fail("a dictionary is made of more than its entries");
  }
  return new Map();
}

function makeList(args: readonly PickleValue[], machine: PickleMachine): PickleValue {
  if (args.length > 0) machine.reader.fail("a list is made of more than its items");
  return [];
}

function makeSet(args: readonly PickleValue[], machine: PickleMachine): PickleValue {
  const [items = [], ...more] = args;
  if (!Array.isArray(items) || more.length > 0)
    machine.reader.fail("a set is made of something that is no list");
  return machine.setOf(items);
}
