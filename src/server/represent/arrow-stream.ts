import type { Data, DataType, Field, RecordBatch, RecordBatchWriter } from "apache-arrow";
import {
  type ArrayView,
  copyElements,
  denseLayout,
  fieldOf as memberOf,
  STRIDED,
  type Strided,
  zeros,
} from "../../array/index.js";
import { type DType, sizeOf } from "../../dtype/index.js";
import { LimitError } from "../../errors.js";
import { dataOf, makeData } from "../../frame/arrow/data.js";
import { fieldOf } from "../../frame/arrow/fields.js";
import { arrow } from "../../frame/arrow/library.js";
import { turn } from "../../platform/turns.js";
import { type FixedResult, type ItemsResult, inRows, inUnits, type Result } from "./result.js";

/** About the bytes of one record batch; a row is never divided. */
const BATCH_BYTES = 2 ** 20;
/** The widest row: one is held in memory as a whole. */
const MAX_ROW_BYTES = 32 * 2 ** 20;

/** A result as it is written: columns, and their data batch by batch. */
interface Plan {
  readonly fields: readonly Field[];
  batches(): AsyncGenerator<{ readonly rows: number; readonly children: readonly Data[] }>;
}

/**
 * A result as an Arrow IPC stream, in batches of about 1 MiB. Records of one axis become a column for each field; anything else
 * one column, its further axes fixed-size lists. Memory: one batch, and once more as bytes.
 *
 * @param name what the one column is called
 * @throws DTypeError where Arrow has no type for a dtype, LimitError for rows that are too wide: both before the first piece
 */
export function arrowStream(result: Result, name: string): AsyncGenerator<Uint8Array, void, undefined> {
  return written(result.kind === "fixed" ? fixedPlan(result, name) : itemsPlan(result, name));
}

async function* written({ fields, batches }: Plan): AsyncGenerator<Uint8Array, void, undefined> {
  const schema = new arrow.Schema([...fields]);
  const type = new arrow.Struct(schema.fields);
  const sink = new PieceSink();
  const writer = new arrow.RecordBatchStreamWriter();
  writer.reset(sink, schema);
  for await (const { rows: length, children } of batches()) {
    const data = makeData({ type, length, nullCount: 0, children }) as RecordBatch["data"];
    writer.write(new arrow.RecordBatch(schema, data));
    yield sink.take();
    await turn();
  }
  writer.close();
  yield sink.take();
}

/** What Arrow's writer writes to: kept until it is taken. */
class PieceSink extends arrow.AsyncByteQueue {
  #parts: Uint8Array[] = [];

  override write(bytes: Parameters<RecordBatchWriter["_sink"]["write"]>[0]): void {
    if (bytes instanceof Uint8Array) this.#parts.push(bytes);
  }

  take(): Uint8Array {
    const taken = Buffer.concat(this.#parts);
    this.#parts = [];
    return taken;
  }
}

function fixedPlan({ dtype, shape, pieces }: FixedResult, name: string): Plan {
  const [rows = 1, ...itemShape] = shape;
  const unit = dtype.itemsize * sizeOf(itemShape);
  if (unit > MAX_ROW_BYTES) {
    throw new LimitError(
      `a row of ${unit} bytes is too wide for a record batch; the most are ${MAX_ROW_BYTES}`,
    );
  }
  const members = itemShape.length === 0 ? dtype.fields : undefined;
  const fields =
    members === undefined
      ? [fieldOf(name, dtype, itemShape)]
      : members.map((member) => fieldOf(member.name, member.dtype, member.shape));
  /** The columns of rows in memory. */
  const columns = (count: number, bytes: Uint8Array, firstRow: number): Data[] => {
    const whole: Strided = { dtype, layout: denseLayout([count, ...itemShape], dtype.itemsize), bytes };
    return fields.map((field, i) => {
      const member = members?.[i];
      const array = member === undefined ? whole : memberOf(whole, member);
      const label = `column ${JSON.stringify(field.name)}`;
      return dataOf(array, field.type, 1, { copy: false, label, firstRow });
    });
  };
  return {
    fields,
    async *batches() {
      if (unit === 0) {
        yield { rows, children: columns(rows, new Uint8Array(0), 0) };
        return;
      }
      let row = 0;
      for await (const bytes of inUnits(pieces, unit, BATCH_BYTES, rows * unit)) {
        const count = bytes.length / unit;
        yield { rows: count, children: columns(count, bytes, row) };
        row += count;
      }
    },
  };
}

function itemsPlan(result: ItemsResult, name: string): Plan {
  const [, ...itemShape] = result.shape;
  const inner: DataType =
    result.kind === "text" ? new arrow.Utf8() : new arrow.List(fieldOf("item", result.dtype, []));
  const types = itemShape.reduceRight<readonly DataType[]>(
    ([type = inner, ...more], length) => [
      new arrow.FixedSizeList(length, new arrow.Field("item", type, true)),
      type,
      ...more,
    ],
    [inner],
  );
  const perRow = sizeOf(itemShape);
  return {
    fields: [new arrow.Field(name, types[0] ?? inner, true)],
    async *batches() {
      if (sizeOf(result.shape) === 0) return;
      for await (const items of inRows(result, perRow)) {
        let data = result.kind === "text" ? textData(inner, items) : listData(inner, result.dtype, items);
        // From the items outwards, each axis of which has rows of the ones within it.
        let length = items.length;
        for (const [i, type] of [...types.entries()].reverse().slice(1)) {
          length /= itemShape[i] ?? 1;
          data = makeData({ type, length, nullCount: 0, child: data });
        }
        yield { rows: items.length / perRow, children: [data] };
      }
    },
  };
}

const encoder = new TextEncoder();

function textData(type: DataType, items: readonly (string | ArrayView)[]): Data {
  const parts = items.map((item) => encoder.encode(String(item)));
  const data = Buffer.concat(parts);
  return makeData({
    type,
    length: items.length,
    nullCount: 0,
    valueOffsets: offsetsOf(parts.map((part) => part.length)),
    data,
  });
}

function listData(type: DataType, dtype: DType, items: readonly (string | ArrayView)[]): Data {
  const arrays = items.map((item) => (typeof item === "string" ? zeros(dtype, [0]) : item[STRIDED]()));
  const lengths = arrays.map(({ layout }) => sizeOf(layout.shape));
  const valueOffsets = offsetsOf(lengths);
  const all = zeros(dtype, [valueOffsets[lengths.length] ?? 0]);
  for (const [i, array] of arrays.entries()) {
    const layout = {
      ...denseLayout(array.layout.shape, dtype.itemsize),
      offset: (valueOffsets[i] ?? 0) * dtype.itemsize,
    };
    copyElements(array, { ...all, layout });
  }
  const item = (type.children as readonly { readonly type: DataType }[])[0]?.type ?? type;
  const child = dataOf(all, item, 1, { copy: false, label: "lists", firstRow: 0 });
  return makeData({ type, length: items.length, nullCount: 0, valueOffsets, child });
}

/** Where each of parts of these lengths begins, and the last one ends. */
function offsetsOf(lengths: readonly number[]): Int32Array {
  const offsets = new Int32Array(lengths.length + 1);
  let total = 0;
  for (const [i, length] of lengths.entries()) {
    total += length;
    if (total > 2 ** 31 - 1) throw new LimitError("the items of one batch are too long for Arrow's offsets");
    offsets[i + 1] = total;
  }
  return offsets;
}
