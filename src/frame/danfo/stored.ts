import { DAYS_IN_400_YEARS, floorDiv, PER_DAY } from "../../dtype/calendar.js";
import { parseDate } from "../../dtype/date-text.js";
import { convertWide } from "../../dtype/datetime.js";
import { type DateStep, type DType, NAT } from "../../dtype/index.js";
import { isMissing } from "../../group/type-guess.js";
import type { Part } from "../new-table.js";
import { type ImportType, isTextKind } from "../options.js";
import type { KnownColumn } from "./memory.js";

const ATTOSECONDS: DateStep = { unit: "as", multiple: 1 };

/**
 * Cells of a frame as a column of this type takes them, and where danfo takes them for missing. NaN is a value to floats,
 * and missing to all others.
 *
 * @param known what the column was made of, where it is to be that again
 */
export function storedCells(cells: unknown[], type: ImportType, known: KnownColumn | undefined): Part {
  const dtype = isTextKind(type) ? undefined : type;
  const isFloat = dtype !== undefined && "fc".includes(dtype.kind);
  let nulls: Uint8Array | undefined;
  const store = dtype?.kind === "M" ? dateOf(dtype, known) : undefined;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i];
    if (isMissing(cell) && !(isFloat && typeof cell === "number")) {
      nulls ??= new Uint8Array(cells.length);
      nulls[i] = 1;
    } else if (store !== undefined) cells[i] = store(cell);
  }
  return { values: cells, nulls };
}

/**
 * Takes what dates became back: text, and counts where the column was counted. What is none stays what it is, for the
 * assignment to refuse.
 */
function dateOf({ step }: DType, known: KnownColumn | undefined): (cell: unknown) => unknown {
  return (cell) => {
    if (step === undefined) return cell;
    if (typeof cell === "string") {
      const count = countOf(cell, step);
      return count === undefined ? cell : count;
    }
    return typeof cell === "number" && known?.dates === "number" && Number.isInteger(cell)
      ? BigInt(cell)
      : cell;
  };
}

/** The count that a text stands for, exactly, `null` for NaT; undefined where it stands for none. */
function countOf(text: string, step: DateStep): bigint | null | undefined {
  if (text === "" || text === "NaT") return null;
  if (step.unit === "generic") return /^-?[0-9]{1,19}$/.test(text) ? BigInt(text) : undefined;
  const instant = instantOf(text);
  if (instant === undefined) return undefined;
  const { value, exact } = convertWide(instant, ATTOSECONDS, step, true);
  return exact && value > NAT && value < -NAT ? value : undefined;
}

/** Attoseconds since 1970. Years may have any number of digits: the calendar is the same after 400 of them. */
function instantOf(text: string): bigint | undefined {
  const [, digits, rest = ""] = /^\s*([+-]?[0-9]+)(.*)$/s.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const year = BigInt(digits.replace("+", ""));
  const cycles = floorDiv(year - 2000n, 400n);
  const instant = parseDate(`${year - cycles * 400n}${rest}`);
  return instant === undefined ? undefined : instant + cycles * DAYS_IN_400_YEARS * PER_DAY;
}
