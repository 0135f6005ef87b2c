/** Looks at a store after a crash: it must be whole, and one of the states that it may have. */
import { MemmapTable } from "./dist.mjs";
import { difference, isAbsent, strays } from "./workload.mjs";

/**
 * @param candidates the states that it may have; `undefined` among them is no table at all
 * @param options.recover whether it is opened for writing, too, and so recovered
 * @returns the state that it has and problems, of which there are to be none
 */
export function inspect(root, candidates, { recover = true } = {}) {
  const read = lookAt(root, "r", candidates);
  if (read.problem !== undefined) return { state: undefined, problem: `mode "r": ${read.problem}` };
  if (!recover || read.state === undefined) return read;
  const written = lookAt(root, "r+", [read.state]);
  if (written.problem !== undefined) return { state: undefined, problem: `mode "r+": ${written.problem}` };
  const again = lookAt(root, "r", [read.state]);
  if (again.problem !== undefined) return { state: undefined, problem: `after recovery: ${again.problem}` };
  const odd = strays(root, read.state);
  if (odd.length > 0) return { state: undefined, problem: `after recovery: ${odd.join(", ")}` };
  return read;
}

function lookAt(root, mode, candidates) {
  if (candidates.includes(undefined) && isAbsent(root)) {
    const tables = candidates.filter((state) => state !== undefined);
    // A record that was not applied yet makes a table of it, too.
    const found = tables.length > 0 && canOpen(root, mode) ? lookAt(root, mode, tables) : undefined;
    return found ?? { state: undefined, problem: undefined };
  }
  let table;
  try {
    table = MemmapTable.open(root, { mode });
    const problems = [];
    for (const state of candidates) {
      if (state === undefined) continue;
      const problem = difference(table, state);
      if (problem === undefined) return { state, problem: undefined };
      problems.push(`not step ${state.step}: ${problem}`);
    }
    return { state: undefined, problem: problems.join("; ") };
  } catch (error) {
    return { state: undefined, problem: error instanceof Error ? error.stack : String(error) };
  } finally {
    table?.close();
  }
}

function canOpen(root, mode) {
  try {
    MemmapTable.open(root, { mode }).close();
    return true;
  } catch {
    return false;
  }
}
