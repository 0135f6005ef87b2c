import { type DType, sizeOf } from "../../dtype/index.js";
import { LimitError } from "../../errors.js";
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
import type { ServeLimits } from "../http/limits.js";
import { Problem } from "../http/problem.js";
import type { Answer } from "../http/respond.js";
import { encodeObject } from "../objects/index.js";
import { arrowOf, jsonOf, type Representation, type Result } from "../represent/index.js";
import { readSelection } from "../selection/index.js";
import { selectItems } from "../selection/select-items.js";
import type { ServedDataset, ServedFile, ServedGroup, ServedNode } from "../served/served.js";
import { planRows } from "../tables/index.js";
import { objectJson } from "./object-json.js";
import { lengthOf, wirePieces } from "./wire-pieces.js";

/** What an answer about an object is made of. */
interface Asked {
  readonly file: ServedFile;
  readonly query: Query;
  readonly representation: Representation;
  readonly limits: ServeLimits;
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
): Promise<Answer> {
  const asked: Asked = { file, query, representation, limits };
  const node = file.node(query.object ?? "/");
  if (node === undefined) throw new Problem(404, "Failed to open object");
  const isRows = query.columns !== undefined || query.where !== undefined;
  if (query.slice === undefined && !isRows) return description(node, asked);
  if (node.kind === "dataset" && !isRows) return slice(node, query.slice ?? [], asked);
  if (node.kind === "group" && node.table !== undefined) return rows(node, asked);
  throw new Problem(404, isRows ? "Failed to open table" : "Failed to open dataset slice");
}

/** What any answer about this file has. */
function answerOf(
  { file, representation }: Asked,
  body: Pick<Answer, "length" | "pieces"> & { readonly contentType?: string },
): Answer {
  const types = { json: "application/json", arrow: "application/vnd.apache.arrow.stream" } as const;
  const contentType =
    representation === "json" || representation === "arrow"
      ? types[representation]
      : mediaTypeOf(dialectOf(representation));
  return {
    contentType,
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
  const { file, query, representation, limits } = asked;
  const { maxDepth, dataSizeLimit } = query;
  if (representation === "arrow") {
    throw new Problem(406, "this is no array; it comes as MessagePack or JSON");
  }
  const pieces = () =>
    encodeObject(node, file, {
      maxDepth,
      dataSizeLimit,
      dialect: dialectOf(representation),
      inlineLimit: limits.inlineBytes,
    });
  return answerOf(asked, { pieces: representation === "json" ? () => objectJson(pieces()) : pieces });
}

async function slice(
  dataset: ServedDataset,
  selection: readonly AxisSelection[],
  asked: Asked,
): Promise<Answer> {
  const { representation, limits } = asked;
  checkSelection(selection, dataset.shape);
  const shape = resultShape(selection);
  const { element } = dataset;
  const itemsize = element.kind === "fixed" ? element.dtype.itemsize : 16;
  requireFit(shape, itemsize, limits.sliceBytes);
  const dialect = dialectOf(representation);
  if (element.kind === "fixed") {
    const sent = wireElement(element.dtype, dialect);
    if (sent.kind === "fixed") {
      return fixed(sent.dtype, shape, () => readSelection(dataset, selection, { dialect }), asked);
    }
  }
  if (representation === "json" || representation === "arrow") {
    return shown(() => itemsResult(dataset, shape, selection), asked);
  }
  return answerOf(asked, {
    async *pieces() {
      yield textsHead(shape);
      yield* readSelection(dataset, selection, { dialect });
    },
  });
}

function itemsResult(
  dataset: ServedDataset,
  shape: readonly number[],
  selection: readonly AxisSelection[],
): Result {
  const { element } = dataset;
  const items = selectItems(dataset, selection);
  return element.kind === "list"
    ? { kind: "list", dtype: element.dtype, shape, items }
    : { kind: "text", shape, items };
}

async function rows(group: ServedGroup, asked: Asked): Promise<Answer> {
  const { file, query, limits } = asked;
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
  });
  return fixed(plan.dtype, [plan.count], () => plan.pieces(), asked);
}

/** The answer of elements of a fixed size. */
function fixed(
  dtype: DType,
  shape: readonly number[],
  pieces: () => AsyncIterable<Uint8Array>,
  asked: Asked,
): Answer {
  const { representation } = asked;
  if (representation === "json" || representation === "arrow") {
    return shown(() => ({ kind: "fixed", dtype, shape, pieces: pieces() }), asked);
  }
  const parts = encodedParts(dtype, shape);
  return answerOf(asked, { length: lengthOf(parts), pieces: () => wirePieces(parts, pieces()) });
}

/** The answer by JSON or Arrow. */
function shown(result: () => Result, asked: Asked): Answer {
  if (asked.representation === "json") return answerOf(asked, { pieces: () => jsonOf(result()) });
  return answerOf(asked, {
    async *pieces() {
      yield* await arrowOf(result());
    },
  });
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
