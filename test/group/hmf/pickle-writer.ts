/** A name of a module, to be called or mentioned. */
export class Name {
  readonly module: string;
  readonly name: string;

  constructor(module: string, name: string) {
    this.module = module;
    this.name = name;
  }
}

/** A call of a name, and a state that its value is then given. */
export class Called {
  readonly name: Writable;
  readonly args: readonly Writable[];
  readonly state: Writable | undefined;

  constructor(name: Writable, args: readonly Writable[], state?: Writable) {
    this.name = name;
    this.args = args;
    this.state = state;
  }
}

/** A float that is a whole number; numbers that are whole are written as integers. */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

export class Tuple {
  readonly items: readonly Writable[];

  constructor(...items: readonly Writable[]) {
    this.items = items;
  }
}

/** What the tests' pickles are made of; arrays are lists. */
export type Writable =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Float
  | Tuple
  | Name
  | Called
  | readonly Writable[]
  | ReadonlyMap<Writable, Writable>
  | ReadonlySet<Writable>;

/** A pickle as Python could have written it: without memo and frames. */
export function pickle(value: Writable, protocol = 4): Buffer {
  return Buffer.concat([Buffer.of(0x80, protocol), bytesOf(value), Buffer.from(".")]);
}

/** The instructions that leave a value on the stack. */
export function bytesOf(value: Writable): Buffer {
  if (value === null) return Buffer.from("N");
  if (typeof value === "boolean") return Buffer.of(value ? 0x88 : 0x89);
  if (typeof value === "bigint") return integer(value);
  if (typeof value === "number") {
    return Number.isSafeInteger(value) && !Object.is(value, -0) ? integer(BigInt(value)) : float(value);
  }
  if (typeof value === "string") {
    const text = Buffer.from(value);
    return Buffer.concat([Buffer.from("X"), uint32(text.length), text]);
  }
  if (value instanceof Uint8Array) return Buffer.concat([Buffer.from("B"), uint32(value.length), value]);
  if (value instanceof Float) return float(value.value);
  if (value instanceof Tuple) return marked("", value.items, "t");
  if (value instanceof Name) return Buffer.from(`c${value.module}\n${value.name}\n`);
  if (value instanceof Called) {
    const { name, args, state } = value;
    const made = [bytesOf(name), marked("", args, "t"), Buffer.from("R")];
    return Buffer.concat(state === undefined ? made : [...made, bytesOf(state), Buffer.from("b")]);
  }
  if (isList(value)) return marked("]", value, "e");
  return value instanceof Set ? marked("\x8f", [...value], "\x90") : marked("}", [...value].flat(), "u");
}

function isList(value: Writable): value is readonly Writable[] {
  return Array.isArray(value);
}

function marked(before: string, items: readonly Writable[], after: string): Buffer {
  return Buffer.concat([
    Buffer.from(`${before}(`, "latin1"),
    ...items.map(bytesOf),
    Buffer.from(after, "latin1"),
  ]);
}

function integer(value: bigint): Buffer {
  let length = 1;
  while (BigInt.asIntN(8 * length, value) !== value) length += 1;
  const hex = BigInt.asUintN(8 * length, value)
    .toString(16)
    .padStart(2 * length, "0");
  return Buffer.concat([Buffer.of(0x8a, length), Buffer.from(hex, "hex").reverse()]);
}

function float(value: number): Buffer {
  const bytes = Buffer.alloc(9, "G");
  bytes.writeDoubleBE(value, 1);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** A dict with text for keys. */
export function dict(entries: Readonly<Record<string, Writable>>): ReadonlyMap<Writable, Writable> {
  return new Map(Object.entries(entries));
}

/** NumPy's dtype of this code and byte order. */
export function numpyDType(code: string, order: string, unit?: string): Called {
  const state = [3, order, null, null, null, -1, -1, 0];
  const dated = unit === undefined ? [] : [new Tuple(null, new Tuple(Buffer.from(unit), 1, 1, 1))];
  return new Called(
    new Name("numpy", "dtype"),
    [code, false, true],
    new Tuple(...(unit === undefined ? state : [4, ...state.slice(1)]), ...dated),
  );
}

/** NumPy's array as protocol 5 has it. */
export function numpyArray(
  dtype: Writable,
  shape: readonly number[],
  bytes: Uint8Array,
  order = "C",
): Called {
  return new Called(new Name("numpy._core.numeric", "_frombuffer"), [
    bytes,
    dtype,
    new Tuple(...shape),
    order,
  ]);
}

/** NumPy's `int64` array of these. */
export function int64s(values: readonly number[]): Called {
  const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
  return numpyArray(numpyDType("i8", "<"), [values.length], bytes);
}
