import type { FrameSource } from "../../src/group/column-source.js";
import { type FrameOptions, PendingFrame } from "../../src/group/frames/pending-frame.js";
import { beginFrames, writeHere } from "../../src/group/frames/write-frames.js";
import type { Draft } from "../../src/store/draft.js";
import type { Change, Layout, Scenario } from "./states-scenarios.js";

/** More groups than are waited for one by one. */
const MANY = 17;

interface Written extends FrameOptions {
  /** How many rows, and groups of them. */
  readonly rows: number;
  readonly groups: number;
  readonly layout: Layout;
  /** What tells the elements of one frame from those of another. */
  readonly mark: number;
}

function sourceOf({ rows, groups, mark }: Written): FrameSource {
  const each = <T>(make: (row: number) => T): T[] => Array.from({ length: rows }, (_, row) => make(row));
  return {
    key: each((row) => (row % groups === 1 ? null : `k${(row * 7) % groups}`)),
    order: Float64Array.from(each((row) => (row * 31) % 17)),
    x: Int32Array.from(each((row) => mark * 1000 + row + 1)),
    name: each((row) => (row % 5 === 0 ? null : `name ${mark + row}`)),
  };
}

/** Writes a frame as a commit in one thread does: an array and a data frame of each group, one column with nulls; of many, one. */
function write(draft: Draft, written: Written): void {
  const { name, layout, groups } = written;
  const pending = new PendingFrame(sourceOf(written), { groupBy: "key", orderBy: "order", ...written }, 0);
  pending.registerArray("pair", ["x", "order"], { dtype: "f4" });
  if (groups < MANY) pending.registerDataFrame("both", ["x", "name"]);
  const plans = beginFrames([{ pending, group: name ?? "" }], draft);
  const ignored = () => undefined;
  for (const _ of writeHere(plans, { draft, layout, onProgress: ignored, throwIfOver: ignored })) void _;
}

/** A tree with something in it: an array, a group that says something, and one that is empty. */
const base: Change = (draft) => {
  draft.clear(null);
  draft.addGroup("g", { unit: "m" });
  draft.addGroup("g/empty", null);
};

/** Commits of frames: of few groups, of more than are waited for one by one, one after the other, and replaced. */
export function frameScenarios(): Scenario[] {
  return (["npy", "raw"] as const).flatMap((layout) => {
    const few = { rows: 6, groups: 3, layout, mark: 1 };
    const one: Change = (draft) => write(draft, few);
    const named: Change = (draft) => write(draft, { ...few, name: "frame", mark: 2 });
    const replaced: Change = (draft) =>
      write(draft, { ...few, groups: 4, name: "frame", mark: 3, overwrite: true });
    const both: Change = (draft, store) => {
      named(draft, store);
      write(draft, { ...few, name: "other", mark: 4 });
    };
    const many: Change = (draft) => write(draft, { rows: 2 * MANY, groups: MANY, layout, mark: 5 });
    const cases: Readonly<Record<string, readonly Change[]>> = {
      "write a frame": [one],
      "write a frame, then one with a name": [one, named],
      "write a frame, then replace it": [named, replaced],
      "write two frames at once": [both],
      "write a frame of many groups": [many],
    };
    const all = Object.entries(cases).map(([name, changes]) => ({
      name: `${layout}: ${name}`,
      base,
      changes,
    }));
    // What is written into a file differs, and not when.
    return layout === "npy" ? all : all.slice(0, 1);
  });
}
