import { type DType, sizeOf } from "../../dtype/index.js";
import { isMemmapError, LimitError } from "../../errors.js";
import {
  type AxisSelection,
  checkSelection,
  type Dialect,
  encodedParts,
  mediaTypeOf,
  type Query,
  resultShape,
  textsHead,
  wireElement,
} from "../../remote/wire/index.js";
import type { Gone } from "../http/gone.js";
import type { ServeLimits } from "../http/limits.js";
import { Problem } from "../http/problem.js";
import type { Answer } from "../http/respond.js";
import { encodeObject } from "../objects/index.js";
import { arrowOf, jsonOf, MEDIA_TYPES, type Representation, type Result } from "../represent/index.js";
import { readSelection } from "../selection/index.js";
import { selectItems } from "../selection/select-items.js";
import { lengthOf, wirePieces } from "../selection/wire-pieces.js";
import type { ServedDataset, ServedFile, ServedGroup, ServedNode } from "../served/served.js";
import { planRows } from "../tables/index.js";
import { objectJson } from "./object-json.js";

/** Data that come with an object's map in JSON, which is made in memory: a slice of them is not. */
const JSON_BYTES = 2 ** 22;

/** What an answer about an object is made of. */
interface Asked {
  readonly file: ServedFile;
  readonly query: Query;
  readonly representation: Representation;
  readonly limits: ServeLimits;
  /** Says when nobody waits for the answer any more. */
  readonly gone: Gone;
}

/**
 * The answer about an object of a file: what it is, a part of its data, or rows of a table. It holds the file until it is
 * released.
 *
 * @throws Problem, and what reading throws
 */
export async function objectAnswer(
  file: ServedFile,
  query: Query,
  representation: Representation,
  limits: ServeLimits,
  gone: Gone,
): Promise<Answer> {
  const asked: Asked = { file, query, representation, limits, gone };
  const node = file.node(query.object ?? "/");
  if (node === undefined) throw new Problem(404, "Failed to open object");
  const isRows = query.columns !== undefined || query.where !== undefined;
  if (query.slice === undefined && !isRows) return description(node, asked);
  if (node.kind === "dataset" && !isRows) return slice(node, query.slice ?? [], asked);
  if (node.kind === "group" && node.table !== undefined) return rows(node, asked);
  throw new Problem(404, isRows ? "Failed to open table" : "Failed to open dataset slice");
}

/** What any answer about this file has. */
function answerOf({ file, representation }: Asked, body: Pick<Answer, "length" | "pieces">): Answer {
  return {
    contentType: MEDIA_TYPES.get(representation) ?? "",
    pin: file.pin,
    shown: representation,
    isCompressible: true,
    isIntact: () => file.isIntact(),
    release: () => file.release(),
    ...body,
  };
}

function dialectOf(representation: Representation): Dialect {
  return representation === "msgpack" ? "classic" : "numpy";
}

function description(node: ServedNode, asked: Asked): Answer {
  const { file, query, representation, limits, gone } = asked;
  const { maxDepth, dataSizeLimit } = query;
  if (representation === "arrow") {
    throw new Problem(406, "this is no array; it comes as MessagePack or JSON");
  }
  const pieces = () =>
    encodeObject(node, file, {
      maxDepth,
      dataSizeLimit,
      dialect: dialectOf(representation),
      inlineLimit: representation === "json" ? Math.min(limits.inlineBytes, JSON_BYTES) : limits.inlineBytes,
      signal: gone.signal,
    });
  return answerOf(asked, { pieces: representation === "json" ? () => objectJson(pieces()) : pieces });
}

async function slice(
  dataset: ServedDataset,
  selection: readonly AxisSelection[],
  asked: Asked,
): Promise<Answer> {
  const { representation, limits, gone } = asked;
  checkSelection(selection, dataset.shape);
  const shape = resultShape(selection);
  const { element } = dataset;
  const itemsize = element.kind === "fixed" ? element.dtype.itemsize : 16;
  requireFit(shape, itemsize, limits.sliceBytes);
  const dialect = dialectOf(representation);
  if (element.kind === "fixed") {
    const sent = wireElement(element.dtype, dialect);
    if (sent.kind === "fixed") {
      return fixed(
        {
          dtype: sent.dtype,
          shape,
          pieces: () => readSelection(dataset, selection, { dialect }),
        },
        dataset,
        asked,
      );
    }
  }
  if (representation === "json" || representation === "arrow") {
    return shown(itemsResult(dataset, shape, selection, gone.signal), dataset, asked);
  }
  return answerOf(asked, {
    async *pieces() {
      yield textsHead(shape);
      yield* asText(readSelection(dataset, selection, { dialect }));
    },
  });
}

/** @throws Problem where what is to be sent as text is none */
async function* asText(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces;
  } catch (error) {
    if (!isMemmapError(error, "CAST")) throw error;
    const other = mediaTypeOf("numpy");
    throw new Problem(404, `the dataset has text that is no Unicode; as it is, it comes by Accept: ${other}`);
  }
}

function itemsResult(
  dataset: ServedDataset,
  shape: readonly number[],
  selection: readonly AxisSelection[],
  gone: AbortSignal,
): Result {
  const { element } = dataset;
  const items = selectItems(dataset, selection, gone);
  return element.kind === "list"
    ? { kind: "list", dtype: element.dtype, shape, items }
    : { kind: "text", shape, items };
}

async function rows(group: ServedGroup, asked: Asked): Promise<Answer> {
  const { file, query, limits, gone } = asked;
  const { columns, where, slice: selection } = query;
  if (selection !== undefined && selection.length !== 1) {
    throw new Problem(404, "rows of a table are selected along one axis");
  }
  const [range] = selection ?? [];
  const length = group.table?.rows ?? 0;
  if (range !== undefined) checkSelection([range], [length]);
  const plan = await planRows(file, group, {
    columns,
    where,
    rows: range,
    scanBytes: limits.scanBytes,
    resultBytes: limits.sliceBytes,
    signal: gone.signal,
  });
  return fixed({ dtype: plan.dtype, shape: [plan.count], pieces: () => plan.pieces() }, group, asked);
}

/** Elements of a fixed size, as they are sent. */
interface Elements {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly pieces: () => AsyncIterable<Uint8Array>;
}

function fixed({ dtype, shape, pieces }: Elements, node: ServedNode, asked: Asked): Answer | Promise<Answer> {
  const { representation } = asked;
  if (representation === "json" || representation === "arrow") {
    return shown({ kind: "fixed", dtype, shape, pieces: pieces() }, node, asked);
  }
  const parts = encodedParts(dtype, shape);
  return answerOf(asked, { length: lengthOf(parts), pieces: () => wirePieces(parts, pieces()) });
}

/** The answer by JSON or Arrow, which is made once. @throws DTypeError, LimitError for what has no place in Arrow */
async function shown(result: Result, { path }: ServedNode, asked: Asked): Promise<Answer> {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const pieces =
    asked.representation === "json" ? jsonOf(result) : await arrowOf(result, name === "" ? "value" : name);
  const answer = answerOf(asked, { pieces: () => pieces });
  return {
    ...answer,
    release: () => {
      // What was never begun, nobody else ends.
      void pieces.return().catch(() => undefined);
      answer.release();
    },
  };
}

/** @throws LimitError that says how much may be asked for */
function requireFit(shape: readonly number[], itemsize: number, most: number): void {
  const bytes = sizeOf(shape) * itemsize;
  if (bytes <= most) return;
  const row = sizeOf(shape.slice(1)) * itemsize;
  const allowed = Math.floor(most / row);
  throw new LimitError(
    `the slice has ${bytes} bytes; the most are ${most}: ` +
      (allowed > 0
        ? `ask for at most ${allowed} rows at a time, such as 0:${allowed}`
        : "ask for a part of each row"),
  );
}
