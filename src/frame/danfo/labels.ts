import type { DataFrame, Series } from "danfojs-node";
import { showValue } from "../../dtype/index.js";
import { CastError, ShapeError } from "../../errors.js";
import type { AttrInput, AttrValue } from "../../store/index.js";
import { danfo } from "./partner.js";

/** Where a table's attribute keeps what only danfo knows. */
const KEY = "danfo";

type Entries = { readonly [key: string]: AttrInput | undefined };

function isEntries(attr: unknown): attr is Entries {
  return typeof attr === "object" && attr !== null && Object.getPrototypeOf(attr) === Object.prototype;
}

/** The labels that a table's attribute keeps, under `danfo.index`; undefined where there are none. */
export function keptLabels(attr: AttrValue): readonly unknown[] | undefined {
  if (!isEntries(attr)) return undefined;
  const own = attr[KEY];
  return isEntries(own) && Array.isArray(own.index) ? own.index : undefined;
}

/** The attribute without kept labels. */
export function withoutLabels(attr: AttrInput | undefined): AttrInput | undefined {
  if (!isEntries(attr) || !isEntries(attr[KEY])) return attr;
  const { [KEY]: own, ...others } = attr;
  const { index: _index, ...rest } = own as Entries;
  if (Object.keys(rest).length > 0) return { ...others, [KEY]: rest };
  return Object.keys(others).length > 0 ? others : null;
}

/** The attribute and the labels beside what it says. @throws CastError where it is no object */
export function withLabels(attr: AttrInput | undefined, labels: readonly unknown[]): AttrInput {
  const hint = 'say index: "drop", or reset the index of the frame';
  if (attr !== undefined && attr !== null && !isEntries(attr)) {
    throw new CastError(
      `the frame's index is kept in the table's attribute, as { ${KEY}: { index } }, which must be an object then, not ${showValue(attr)}; ${hint}`,
    );
  }
  const own = attr?.[KEY];
  labels.forEach((label, row) => {
    const isHeld =
      label === null ||
      ["string", "number", "bigint", "boolean"].includes(typeof label) ||
      label instanceof Date;
    if (!isHeld)
      throw new CastError(`index, row ${row}: ${showValue(label)} is no label that can be kept; ${hint}`);
  });
  return {
    ...attr,
    [KEY]: { ...(isEntries(own) ? own : {}), index: [...labels] as AttrInput[] },
  };
}

/** Whether these are the labels that danfo itself gives: 0 to n - 1. */
export function isDefault(labels: readonly unknown[]): boolean {
  return labels.every((label, row) => Object.is(label, row));
}

/** @throws ShapeError where there are not as many as rows */
export function checkCount(labels: readonly unknown[], rows: number, what: string, hint = ""): void {
  if (labels.length !== rows)
    throw new ShapeError(`${what} has ${labels.length} labels, but there are ${rows} rows${hint}`);
}

/** @throws CastError for what is neither text nor number, and for labels that are there twice, which danfo refuses */
export function checkLabels(labels: readonly unknown[], what: string): void {
  const rows = new Map<unknown, number>();
  labels.forEach((label, row) => {
    if (typeof label !== "string" && typeof label !== "number") {
      throw new CastError(
        `${what}, row ${row}: ${showValue(label)} is no label; labels are strings or numbers`,
      );
    }
    const first = rows.get(label);
    if (first !== undefined) {
      throw new CastError(
        `${what}, row ${row}: the label ${showValue(label)} is that of row ${first}, too; danfo's labels differ`,
      );
    }
    rows.set(label, row);
  });
}

/**
 * Gives a frame its labels. They are put in the place of danfo's own: its constructor refuses duplicates, which frames can
 * have all the same.
 */
export function setLabels(frame: DataFrame | Series, labels: readonly unknown[]): void {
  const own: unknown[] = Reflect.get(danfo.NDframe.prototype, "index", frame);
  for (let row = 0; row < own.length; row++) own[row] = labels[row];
}
