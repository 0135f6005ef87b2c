import fc from "fast-check";

/**
 * Some of many cases that each take their time: every so many-th of them, by the seed, so that all are met in as many
 * runs of other seeds. `ALL=1 npm test` tries all of them at once.
 */
export function someOf<T>(cases: readonly T[], every: number): readonly T[] {
  if (process.env.ALL === "1") return cases;
  const { seed = 1 } = fc.readConfigureGlobal() ?? {};
  const step = Math.min(every, cases.length);
  return cases.filter((_, i) => (i + seed) % step === 0);
}

/** Examples that take their seconds, of which only every other one is run each time. */
const EXAMPLES = ["flights", "dataframe", "stream", "hierarchy", "sql"];

/** Whether an example has its turn. */
export function isExampleOfTurn(name: string): boolean {
  return someOf(EXAMPLES, 2).includes(name);
}
