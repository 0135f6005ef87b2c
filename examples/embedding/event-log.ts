/**
 * A program that keeps its state in a table: a log of events, from which a compaction removes those that are done.
 *
 *     npx tsx examples/embedding/event-log.ts [directory]
 *
 * Its property test is `property-tests/embedding.test.ts`. `EVENT_LOG_BUG=1` plants a bug in it, for the test to find.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Durability, MemmapTable } from "memmap-table";

export const COLUMNS = { id: "i8", text: "U80", done: "b1" } as const;

export class EventLog {
  readonly #table: MemmapTable<typeof COLUMNS, "r+">;
  readonly #hasBug: boolean;

  /** Opens the log at `path`, or begins one. */
  constructor(path: string, options: { readonly durability?: Durability; readonly hasBug?: boolean } = {}) {
    const { durability = "full", hasBug = process.env.EVENT_LOG_BUG === "1" } = options;
    this.#table = MemmapTable.open(path, { mode: "a", columns: COLUMNS, durability });
    this.#hasBug = hasBug;
  }

  /** All events, oldest first. */
  events() {
    return [...this.#table];
  }

  /** Adds an event. Its number and the next one are committed together, so that no crash gives a number twice. */
  append(text: string): bigint {
    const { attr } = this.#table;
    const id = typeof attr === "bigint" ? attr : 1n;
    this.#table.transaction(() => {
      this.#table.append([{ id, text, done: false }]);
      this.#table.attr = id + 1n;
    });
    return id;
  }

  /** Marks an event as done: one byte in the mapped file. @returns whether there is such an event */
  markDone(id: bigint): boolean {
    const row = this.#table.column("id").values.indexOf(id);
    if (row >= 0) this.#table.column("done").set(row, true);
    return row >= 0;
  }

  /** Removes the events that are done, all of them or, should it crash, none. @returns how many */
  compact(): number {
    const before = this.#table.length;
    let open = this.#table.filter(this.#table.column("done").not());
    if (this.#hasBug && open.length % 2 === 1) open = open.slice(0, -1);
    this.#table.transaction(() => {
      this.#table.resize(0);
      this.#table.append(open);
    });
    return before - open.length;
  }

  [Symbol.dispose](): void {
    this.#table.close();
  }
}

if (import.meta.filename === process.argv[1]) {
  const scratch = mkdtempSync(join(tmpdir(), "event-log-"));
  const path = process.argv[2] ?? join(scratch, "events");
  try {
    {
      using log = new EventLog(path);
      for (const text of ["water the plants", "feed the cat", "write a test"]) log.append(text);
      log.markDone(2n);
      console.log("three events, one of them done:", log.events());
      console.log("removed by a compaction:", log.compact());
    }
    using log = new EventLog(path);
    console.log("opened once more:", log.events());
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
