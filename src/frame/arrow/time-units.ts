import type { TimeUnit } from "apache-arrow";
import { convertStep, type DateStep, type DateUnit, type DType } from "../../dtype/index.js";
import { arrow } from "./library.js";

/** The units that Arrow has for counts of time, coarsest first, by NumPy's names. */
const UNITS = ["s", "ms", "us", "ns"] as const;
const DAY: DateStep = { unit: "D", multiple: 1 };

/**
 * The step in which Arrow counts what a dtype of dates or durations counts: the coarsest of days (dates alone), `s`, `ms`,
 * `us` and `ns` that the dtype's step is a whole multiple of.
 *
 * @returns undefined where there is none: generic counts, steps finer than nanoseconds, and durations in months
 */
export function arrowStep({ kind, step }: DType): DateStep | undefined {
  if (step === undefined || step.unit === "generic") return undefined;
  const dates = kind === "M";
  const candidates = [...(dates ? [DAY] : []), ...UNITS.map((unit): DateStep => ({ unit, multiple: 1 }))];
  return candidates.find((candidate) => convertStep(1n, step, candidate, dates)?.exact === true);
}

/** Arrow's number for a unit. */
export function timeUnitOf(unit: DateUnit): TimeUnit {
  return UNITS.findIndex((known) => known === unit);
}

/** NumPy's name of a unit of Arrow's. */
export function unitName(unit: TimeUnit): "s" | "ms" | "us" | "ns" {
  switch (unit) {
    case arrow.TimeUnit.SECOND:
      return "s";
    case arrow.TimeUnit.MILLISECOND:
      return "ms";
    case arrow.TimeUnit.MICROSECOND:
      return "us";
    case arrow.TimeUnit.NANOSECOND:
      return "ns";
    default:
      return unit satisfies never;
  }
}
