import type { FileData } from "./memory/file-data.js";
import type { MemoryFiles } from "./memory/memory-files.js";
import type { MemoryTree } from "./memory/tree.js";

/** A call that changed something, with the inode that it was about. */
export type TraceEvent =
  | { readonly kind: "create"; readonly path: string; readonly ino: number }
  | { readonly kind: "mkdir"; readonly path: string; readonly ino: number }
  /** All bytes of a file, in which is what came through mappings. */
  | { readonly kind: "content"; readonly ino: number; readonly bytes: Uint8Array }
  | { readonly kind: "write"; readonly ino: number; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: "truncate"; readonly ino: number; readonly size: number }
  | { readonly kind: "extend" | "punch"; readonly ino: number; readonly from: number; readonly to: number }
  | { readonly kind: "reserve"; readonly ino: number; readonly length: number }
  | { readonly kind: "sync"; readonly ino: number }
  | { readonly kind: "rename" | "exchange" | "link"; readonly from: string; readonly to: string }
  | { readonly kind: "unlink" | "rmdir" | "syncDirectory" | "syncAll"; readonly path: string }
  /** What a test notes: that a change was acknowledged, say. */
  | { readonly kind: "mark"; readonly label: string };

/** What was there, and what then happened to it. */
export interface Trace {
  /** What was there at the beginning, all of it on the disk. */
  readonly initial: MemoryFiles;
  readonly events: readonly TraceEvent[];
}

/**
 * A file system in memory as it was after the first `count` events of a trace; all of them when left out. What was then
 * not on the disk is not there either: `crashStates()` gives what a loss of power would have left.
 */
export function replay({ initial, events }: Trace, count = events.length): MemoryFiles {
  const files = initial.killState();
  for (const event of events.slice(0, count)) apply(event, files.tree);
  return files;
}

function apply(event: TraceEvent, tree: MemoryTree): void {
  if ("ino" in event && event.kind !== "create" && event.kind !== "mkdir") {
    const node = tree.node(event.ino);
    // What has lost its last name is nobody's any more.
    if (node?.kind === "file") applyToData(event, node.data);
    return;
  }
  switch (event.kind) {
    case "create":
      tree.create(event.path, event.ino);
      break;
    case "mkdir":
      tree.mkdir(event.path, event.ino);
      break;
    case "rename":
      tree.rename(event.from, event.to);
      break;
    case "exchange":
      tree.exchange(event.from, event.to);
      break;
    case "link":
      tree.link(event.from, event.to);
      break;
    case "unlink":
      tree.unlink(event.path);
      break;
    case "rmdir":
      tree.rmdir(event.path);
      break;
    case "syncDirectory":
      tree.directory(event.path).sync();
      break;
    case "syncAll":
      tree.syncAll();
      break;
    case "mark":
      break;
    default:
      event satisfies never;
  }
}

type DataEvent = Exclude<Extract<TraceEvent, { ino: number }>, { kind: "create" | "mkdir" }>;

function applyToData(event: DataEvent, data: FileData): void {
  switch (event.kind) {
    case "content":
      data.replace(event.bytes);
      break;
    case "write":
      data.write(event.bytes, event.at);
      break;
    case "truncate":
      data.setSize(event.size);
      break;
    case "extend":
      data.extend(event.from, event.to);
      break;
    case "punch":
      data.punch(event.from, event.to);
      break;
    case "reserve":
      data.give(0, event.length);
      break;
    case "sync":
      data.sync();
      break;
    default:
      event satisfies never;
  }
}
