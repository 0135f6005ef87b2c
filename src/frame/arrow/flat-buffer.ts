/**
 * A look at Arrow's metadata before Arrow's reader takes it in, which believes every length that it reads: a wrong one would
 * fill memory until the process ends.
 *
 * @module
 */
import { FormatError } from "../../errors.js";

/** Types nested deeper than this are a mistake, not data. */
const MAX_DEPTH = 64;

/** What a slot of a table leads to: elements of so many bytes, a string (bytes), a table, or tables. Numbers are not named. */
type Slot = number | TableShape | Tables | ((table: Table) => TableShape | undefined);

interface Tables {
  readonly each: TableShape;
}

/** The slots of a table that lead elsewhere. */
interface TableShape {
  readonly [slot: number]: Slot;
}

const pairs: TableShape = { 0: 1, 1: 1 };
/** By the number of the type: of timestamps the zone, of unions their numbers. */
const types: ReadonlyMap<number, TableShape> = new Map([
  [10, { 1: 1 }],
  [14, { 1: 4 }],
]);
const numbers: TableShape = {};
const field: { [slot: number]: Slot } = {
  0: 1,
  3: (table) => types.get(table.byte(2)) ?? numbers,
  4: { 1: numbers },
  6: { each: pairs },
};
field[5] = { each: field };
const schema: TableShape = { 1: { each: field }, 2: { each: pairs }, 3: 8 };
const batch: TableShape = { 1: 16, 2: 16, 3: numbers, 4: 8 };
const headers: readonly (TableShape | undefined)[] = [undefined, schema, { 1: batch }, batch];
const message: TableShape = { 2: (table) => headers[table.byte(1)], 4: { each: pairs } };
const footer: TableShape = { 1: schema, 2: 24, 3: 24, 4: { each: pairs } };

function isTables(slot: Slot): slot is Tables {
  return typeof slot === "object" && "each" in slot;
}

/** A table in a flat buffer, whose slots are where its own table of offsets says. */
class Table {
  readonly #view: DataView;
  readonly at: number;

  /** @throws RangeError outside the bytes, as all that is read */
  constructor(view: DataView, at: number) {
    this.#view = view;
    this.at = at;
  }

  /** Where a slot is; undefined where it is not there. */
  slot(index: number): number | undefined {
    const offsets = this.at - this.#view.getInt32(this.at, true);
    const size = this.#view.getUint16(offsets, true);
    if (4 + index * 2 + 2 > size) return undefined;
    const offset = this.#view.getUint16(offsets + 4 + index * 2, true);
    return offset === 0 ? undefined : this.at + offset;
  }

  byte(index: number): number {
    const at = this.slot(index);
    return at === undefined ? 0 : this.#view.getUint8(at);
  }

  /** What a slot points to. */
  target(index: number): number | undefined {
    const at = this.slot(index);
    return at === undefined ? undefined : at + this.#view.getUint32(at, true);
  }
}

class Verifier {
  readonly #view: DataView;
  #left: number;

  constructor({ buffer, byteOffset, byteLength }: Uint8Array) {
    this.#view = new DataView(buffer, byteOffset, byteLength);
    // A table takes four bytes at least; those that are met more often than that are met in circles.
    this.#left = byteLength;
  }

  root(): Table {
    return new Table(this.#view, this.#view.getUint32(0, true));
  }

  table(table: Table, shape: TableShape, depth = 0): void {
    this.#left -= 1;
    if (this.#left < 0 || depth > MAX_DEPTH) throw new RangeError("tables within tables");
    for (const [key, slot] of Object.entries(shape) as [string, Slot][]) {
      const at = table.target(Number(key));
      if (at !== undefined) this.#slot(table, at, slot, depth);
    }
  }

  #slot(table: Table, at: number, slot: Slot, depth: number): void {
    if (typeof slot === "number") this.#vector(at, slot);
    else if (isTables(slot)) {
      const count = this.#vector(at, 4);
      for (let i = 0; i < count; i++) {
        const element = at + 4 + i * 4;
        this.table(
          new Table(this.#view, element + this.#view.getUint32(element, true)),
          slot.each,
          depth + 1,
        );
      }
    } else {
      const shape = typeof slot === "function" ? slot(table) : slot;
      if (shape === undefined) throw new RangeError("an unknown kind of message");
      this.table(new Table(this.#view, at), shape, depth + 1);
    }
  }

  /** @returns the number of elements, all of which are there */
  #vector(at: number, itemsize: number): number {
    const count = this.#view.getUint32(at, true);
    if (at + 4 + count * itemsize > this.#view.byteLength) throw new RangeError(`${count} elements`);
    return count;
  }

  /** Buffers of views are counted by numbers, each of which is believed as well. */
  variadicCounts(table: Table): void {
    const counts = table.target(4);
    const buffers = table.target(2);
    if (counts === undefined) return;
    const most = buffers === undefined ? 0 : this.#vector(buffers, 16);
    let sum = 0;
    for (let i = 0; i < this.#vector(counts, 8); i++)
      sum += Number(this.#view.getBigUint64(counts + 4 + i * 8, true));
    if (sum > most) throw new RangeError(`${sum} buffers of ${most}`);
  }

  child(table: Table, slot: number): Table | undefined {
    const at = table.target(slot);
    return at === undefined ? undefined : new Table(this.#view, at);
  }
}

function attempt<T>(what: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    throw new FormatError(`${what} of the Arrow data leads outside its bytes`, { cause });
  }
}

/** Checks the metadata of a message. @throws FormatError */
export function verifyMessage(bytes: Uint8Array): void {
  attempt("a message", () => {
    const verifier = new Verifier(bytes);
    const root = verifier.root();
    verifier.table(root, message);
    const header = verifier.child(root, 2);
    const records = root.byte(1) === 2 && header !== undefined ? verifier.child(header, 1) : header;
    if (root.byte(1) > 1 && records !== undefined) verifier.variadicCounts(records);
  });
}

/**
 * The message that a stream with the schema of a file would begin with: the footer itself, with a table in front of it that
 * points to its schema.
 *
 * @throws FormatError
 */
export function schemaMessage(bytes: Uint8Array): Uint8Array {
  const at = attempt("the footer", () => {
    const verifier = new Verifier(bytes);
    const root = verifier.root();
    verifier.table(root, footer);
    const found = verifier.child(root, 1);
    if (found === undefined) throw new RangeError("no schema");
    return found.at;
  });
  const head = 32;
  const size = Math.ceil((head + bytes.length) / 8) * 8;
  const whole = new Uint8Array(8 + size);
  const view = new DataView(whole.buffer);
  view.setInt32(0, -1, true);
  view.setInt32(4, size, true);
  // Root; offsets of three slots; the table: version 5, a schema, and where it is.
  view.setUint32(8, 16, true);
  [10, 12, 4, 6, 8].forEach((word, i) => view.setUint16(12 + i * 2, word, true));
  view.setInt32(24, 12, true);
  view.setInt16(28, 4, true);
  view.setUint8(30, 1);
  view.setUint32(32, 8 + head + at - 32, true);
  whole.set(bytes, 8 + head);
  return whole;
}
