import { LimitError } from "../../../errors.js";
import type { PickleReader } from "./reader.js";
import { type PickleValue, tupleOf } from "./values.js";

/** Bytes of memory that each of these takes, about; what a pickle may take is bounded by them. */
const VALUE_BYTES = 16;
const CONTAINER_BYTES = 200;
const ENTRY_BYTES = 48;
const MADE_BYTES = 500;

/** Makes the value that a name and its arguments stand for. */
export type Call = (args: readonly PickleValue[], machine: PickleMachine) => PickleValue;

/**
 * What the instructions of a pickle work on: a stack with marks in it, and a memo of values that come again. It holds
 * data, and has no way to run anything.
 */
export class PickleMachine {
  readonly reader: PickleReader;
  readonly #limit: number;
  readonly #stack: PickleValue[] = [];
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PickleValue>();
  #spent = 0;

  constructor(reader: PickleReader, limit: number) {
    this.reader = reader;
    this.#limit = limit;
  }

  /** Counts memory before it is taken. @throws LimitError where all of it together is over the limit */
  spend(bytes: number): void {
    this.#spent += bytes;
    if (this.#spent <= this.#limit) return;
    throw new LimitError(
      `${this.reader.path}: what the pickle holds would take over ${this.#limit} bytes of memory (before byte ${this.reader.at})`,
      { path: this.reader.path },
    );
  }

  push(value: PickleValue): void {
    this.spend(VALUE_BYTES);
    this.#stack.push(value);
  }

  /** A list, tuple, dictionary or set on the stack. */
  pushContainer(value: PickleValue & object): void {
    this.spend(CONTAINER_BYTES);
    this.push(value);
  }

  /** A value that was made by name, of whatever kind. */
  pushMade(value: PickleValue): void {
    this.spend(MADE_BYTES);
    this.push(value);
  }

  /** The values of the stack that belong to no mark but the last. */
  get #own(): number {
    return this.#stack.length - (this.#marks.at(-1) ?? 0);
  }

  pop(): PickleValue {
    const value = this.#own > 0 ? this.#stack.pop() : undefined;
    return value === undefined ? this.reader.fail("an instruction finds nothing to work on") : value;
  }

  /** The value on top, which stays. */
  top(): PickleValue {
    const value = this.#own > 0 ? this.#stack.at(-1) : undefined;
    return value === undefined ? this.reader.fail("an instruction finds nothing to work on") : value;
  }

  /** The last values, the first of them first, as a tuple. */
  popTuple(count: number): readonly PickleValue[] {
    if (this.#own < count) this.reader.fail(`a tuple of ${count} values finds fewer`);
    return Object.freeze(this.#stack.splice(this.#stack.length - count));
  }

  mark(): void {
    this.spend(VALUE_BYTES);
    this.#marks.push(this.#stack.length);
  }

  /** Everything above the last mark. */
  popMark(): PickleValue[] {
    const mark = this.#marks.pop();
    return mark === undefined ? this.reader.fail("an instruction finds no mark") : this.#stack.splice(mark);
  }

  /** Drops the value on top, or the mark where that is what is on top. */
  drop(): void {
    if (this.#own > 0 || this.#marks.length === 0) this.pop();
    else this.#marks.pop();
  }

  /** The whole of the pickle, when nothing else is left. */
  result(): PickleValue {
    const value = this.pop();
    if (this.#stack.length > 0 || this.#marks.length > 0) this.reader.fail("values are left over at its end");
    return value;
  }

  remember(index: number = this.#memo.size): void {
    this.spend(ENTRY_BYTES);
    this.#memo.set(index, this.top());
  }

  recall(index: number): void {
    const value = this.#memo.get(index);
    this.push(value === undefined ? this.reader.fail(`there is no value ${index} to come again`) : value);
  }

  append(items: readonly PickleValue[]): void {
    const list = this.top();
    if (!Array.isArray(list) || tupleOf(list) !== undefined) {
      this.reader.fail("values are appended to something that is no list");
    }
    this.spend(VALUE_BYTES * items.length);
    for (const item of items) list.push(item);
  }

  /** Stores entries that stand as key, value, key, value. */
  setItems(items: readonly PickleValue[]): void {
    const dictionary = this.top();
    if (!(dictionary instanceof Map))
      this.reader.fail("entries are stored in something that is no dictionary");
    if (items.length % 2 !== 0) this.reader.fail("a key has no value");
    this.spend(ENTRY_BYTES * items.length);
    for (let i = 0; i < items.length; i += 2) {
      dictionary.set(this.key(items[i] ?? null), items[i + 1] ?? null);
    }
  }

  addItems(items: readonly PickleValue[]): void {
    const set = this.top();
    if (!(set instanceof Set)) this.reader.fail("values are added to something that is no set");
    this.setOf(items, set);
  }

  /** The set of these values. */
  setOf(items: readonly PickleValue[], set = new Set<PickleValue>()): Set<PickleValue> {
    this.spend(ENTRY_BYTES * items.length);
    for (const item of items) set.add(this.key(item));
    return set;
  }

  /** A value that can be a key, as in Python: none that changes. */
  key(value: PickleValue): PickleValue {
    const changes = Array.isArray(value) ? tupleOf(value) === undefined : isChanging(value);
    return changes ? this.reader.fail("a list, dictionary or set is no key") : value;
  }
}

function isChanging(value: PickleValue): boolean {
  return value instanceof Map || value instanceof Set;
}
