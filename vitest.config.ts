import { posix } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take longest: begun last, one of them would run alone in the end. */
const LONG = /test\/(crash|scale|store)\//;

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => LONG.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

/** One seed for the whole run, which `property-tests/seed.ts` hands on. */
const seed = Number(process.env.SEED ?? Date.now() & 0x7fffffff);
process.env.SEED = String(seed);

/**
 * Files of processes, threads, full disks, kernels and random programs, each of which takes its seconds: of each list every other one runs, by the seed. All do with
 * `ALL=1`, and whichever is asked for by name.
 */
const IN_TURN = [
  ["group/workers-bytes", "group/workers-failure", "group/workers-process", "group/workers-stop"],
  ["crash/frames-kill", "crash/kill", "crash/frames", "crash/readers", "crash/locks", "crash/stops"],
  ["stream/life-memory", "stream/multitables-reader", "stream/multitables-faults", "stream/life-workers"],
  ["store/lock", "store/lease"],
  ["frame/sql/connection", "frame/sql/import-large"],
  ["frame/danfo/from-frame", "frame/sql/import-csv"],
  ["table/parallel-records", "stream/reader"],
  ["server/hostile-names", "server/hostile-clients"],
  ["server/tar", "server/http-permissions"],
  ["platform/worker", "platform/arenas-maps", "workers/process"],
  ["crash/states", "scale/scale"],
  ["frame/new-table", "table/full-disk-steps", "store/check-damage", "hdf5/export-workers"],
  ["frame/sql/sql", "frame/partners", "frame/sql/scan"],
  ["stream/multitables-streamer", "stream/life-process"],
  ["testing/run", "testing/arbitraries"],
  ["store/repair", "store/store"],
  ["compute/gather", "array/parallel-forms", "table/attributes"],
  ["remote/example", "stream/example", "group/example", "frame/sql/sql-example"],
  ["server/http-limits", "remote/connection", "remote/whole-way", "remote/download"],
  ...[
    ["appender", "sql", "danfo", "embedding", "import", "arrow"],
    ["kernels-in-place", "kernels-reduce", "kernels-sort", "kernels-compare", "kernels-convert"],
    ["compute-moving", "compute-sorting", "condition", "parallel", "parallel-sort", "query"],
    ["remote-reading", "crash-states", "server-bodies", "hierarchy-frames", "remote-wire", "hierarchy"],
  ].map((names) => names.map((name) => `../property-tests/${name}`)),
].map((files) => files.map((file) => posix.join("test", `${file}.test.ts`)));
const isChosen =
  process.env.ALL === "1" || process.argv.some((word) => /(^|[/\\])(test|property-tests)\b/.test(word));
const NOT_THIS_TIME = isChosen
  ? []
  : IN_TURN.flatMap((files) => files.filter((_, i) => (i + seed) % 2 === 1));

const EXCLUDED = ["test/interop/**", "**/node_modules/**", ...NOT_THIS_TIME];
/** They put functions of their own in the place of Node's, for whoever is loaded after them; or count the threads of their process. */
const ALONE = [
  "test/array/parallel-shared.test.ts",
  "test/npy/open.test.ts",
  "test/npy/read.test.ts",
  "test/stream/multitables-faults.test.ts",
  "test/workers/failure.test.ts",
  "test/workers/pool.test.ts",
  "test/workers/stop.test.ts",
];

export default defineConfig({
  test: {
    // All others share what is loaded: to load it anew for each file takes a minute in all.
    projects: [
      {
        extends: true,
        test: {
          name: "shared",
          include: ["test/**/*.test.ts", "property-tests/**/*.test.ts"],
          exclude: [...EXCLUDED, ...ALONE],
          isolate: false,
        },
      },
      {
        extends: true,
        test: { name: "alone", include: ALONE.filter((file) => !NOT_THIS_TIME.includes(file)) },
      },
    ],
    setupFiles: ["property-tests/seed.ts"],
    reporters: ["default", "./test/support/tally.ts"],
    pool: "forks",
    sequence: { sequencer: LongFirst },
    // Much of a test's time is the disk's, or waiting: half as many processes again as there are cores.
    maxWorkers: "150%",
    // Machines are shared, and disks busy: only what hangs shall fail by these.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
