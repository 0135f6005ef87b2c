import type { DuckDBType } from "@duckdb/node-api";
import type { Strided } from "../../../array/index.js";
import { convertStep, type DateStep, type DType, formatStep, NAT } from "../../../dtype/index.js";
import { CastError, DTypeError } from "../../../errors.js";
import { bindings, duckdb } from "../duckdb.js";
import { Dense } from "./dense.js";
import { type Nulls, ownNulls, writeNulls } from "./nulls.js";
import { copyInto } from "./numbers.js";
import type { Place, Writer } from "./writer.js";

/** The least and greatest 64 bits are no dates of DuckDB's: it keeps them for its infinities. */
const INFINITY = 2n ** 63n - 1n;
/** As {@link INFINITY}, of days. */
const DAYS_INFINITY = 2n ** 31n - 1n;

/** Writes counts of a step as those of the type of DuckDB's that holds them. */
type Convert = (counts: BigInt64Array, nulls: Nulls, place: Place) => [ArrayBufferView<ArrayBuffer>, Nulls];

/** Dates: the type of DuckDB's whose unit is the same or the next finer one; NaT is null. @throws DTypeError */
export function dateWriter({ step }: DType, label: string): Writer {
  const [type, unit] = dateType(step, label);
  const target: DateStep = { unit, multiple: 1 };
  const isSame = step?.unit === unit && step.multiple === 1;
  const from = step ?? target;
  const slow: Convert = (counts, nulls, place) => converted(counts, nulls, place, from, target);
  if (unit === "D") return writerOf(type, slow);
  return writerOf(type, isSame ? sameCounts : slow);
}

/** Durations: how many of their unit, as integers; NaT is null. */
export function durationWriter(): Writer {
  return writerOf(duckdb.BIGINT, (counts, nulls) => [
    counts as BigInt64Array<ArrayBuffer>,
    natsOf(counts, nulls),
  ]);
}

function dateType(step: DateStep | undefined, label: string): [DuckDBType, "D" | "s" | "ms" | "us" | "ns"] {
  switch (step?.unit) {
    case "Y":
    case "M":
    case "W":
    case "D":
      return [duckdb.DATE, "D"];
    case "h":
    case "m":
    case "s":
      return [duckdb.TIMESTAMP_S, "s"];
    case "ms":
      return [duckdb.TIMESTAMP_MS, "ms"];
    case "us":
      return [duckdb.TIMESTAMP, "us"];
    case "ns":
      return [duckdb.TIMESTAMP_NS, "ns"];
    default:
      throw new DTypeError(
        `${label} holds dates of ${step === undefined || step.unit === "generic" ? "no unit" : `the unit ${formatStep(step)}`}, which SQL has no type for; its finest unit is [ns]`,
      );
  }
}

function writerOf(type: DuckDBType, convert: Convert): Writer {
  const dense = new Dense();
  return {
    type,
    write(vector, array: Strided, nulls, place) {
      const { buffer, byteOffset, length } = dense.aligned(array, 8);
      const counts = new BigInt64Array(buffer, byteOffset, length / 8);
      const [bytes, missing] = convert(counts, nulls, place);
      copyInto(vector, bytes);
      writeNulls(bindings(), vector, missing, counts.length);
    },
  };
}

/** Calls `visit` for the few counts that are next to the ends of 64 bits, which alone mean something else. */
function eachExtreme(counts: BigInt64Array, visit: (index: number, count: bigint) => void): void {
  const words = new Int32Array(counts.buffer, counts.byteOffset, counts.length * 2);
  for (let i = 0, high = HIGH; i < counts.length; i++, high += 2) {
    const word = words[high];
    if (word === -0x80000000 || word === 0x7fffffff) visit(i, counts[i] ?? 0n);
  }
}

/** Where the high word of a number of 64 bits is. */
const HIGH = new Uint32Array(new BigUint64Array([1n]).buffer)[0] === 1 ? 1 : 0;

function natsOf(counts: BigInt64Array, nulls: Nulls): Nulls {
  let missing = nulls;
  eachExtreme(counts, (i, count) => {
    if (count !== NAT) return;
    if (missing === nulls) missing = ownNulls(nulls, counts.length);
    if (missing !== undefined) missing[i] = 1;
  });
  return missing;
}

const sameCounts: Convert = (counts, nulls, place) => {
  const missing = natsOf(counts, nulls);
  eachExtreme(counts, (i, count) => {
    if (missing?.[i] !== 1 && (count === INFINITY || count === -INFINITY)) throw beyond(place(i), count);
  });
  return [counts as BigInt64Array<ArrayBuffer>, missing];
};

function converted(
  counts: BigInt64Array,
  nulls: Nulls,
  place: Place,
  from: DateStep,
  to: DateStep,
): ReturnType<Convert> {
  const missing = natsOf(counts, nulls);
  const isDays = to.unit === "D";
  const limit = isDays ? DAYS_INFINITY : INFINITY;
  const written = isDays ? new Int32Array(counts.length) : new BigInt64Array(counts.length);
  const isSame = from.unit === to.unit && from.multiple === 1;
  for (let i = 0; i < counts.length; i++) {
    if (missing?.[i] === 1) continue;
    const count = counts[i] ?? 0n;
    const value = isSame ? count : convertStep(count, from, to, true)?.value;
    if (value === undefined || value >= limit || value <= -limit) throw beyond(place(i), count, from);
    if (written instanceof Int32Array) written[i] = Number(value);
    else written[i] = value;
  }
  return [written, missing];
}

function beyond(place: string, count: bigint, step?: DateStep): CastError {
  const unit = step === undefined ? "" : ` in ${formatStep(step)}`;
  return new CastError(`${place}: the date ${count}${unit} is beyond those that DuckDB has`);
}
