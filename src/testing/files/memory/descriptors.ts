import type { SystemCode } from "../failure.js";
import type { FileNode, MemoryNode } from "./nodes.js";
import { Refusal } from "./refusal.js";

interface Descriptor {
  readonly node: MemoryNode;
  readonly isWritable: boolean;
}

/** Descriptors are numbers that the system never gives: one that reaches the system is refused there. */
let last = 1_000_000_000;

/** What is open. */
export class Descriptors {
  readonly #open = new Map<number, Descriptor>();

  get count(): number {
    return this.#open.size;
  }

  open(node: MemoryNode, isWritable: boolean): number {
    last += 1;
    this.#open.set(last, { node, isWritable });
    if (node.kind === "file") node.opened += 1;
    return last;
  }

  get(fd: number): Descriptor {
    const descriptor = this.#open.get(fd);
    if (descriptor === undefined) throw new Refusal("EBADF");
    return descriptor;
  }

  /** The file of a descriptor that may write. @param otherwise what a directory, and one that only reads, gets */
  writable(fd: number, otherwise: SystemCode = "EBADF"): FileNode {
    const { node, isWritable } = this.get(fd);
    if (node.kind !== "file" || !isWritable) throw new Refusal(otherwise);
    return node;
  }

  /** @returns what it was open on, whose lock it has given up */
  close(fd: number): MemoryNode {
    const descriptor = this.get(fd);
    this.#open.delete(fd);
    const { node } = descriptor;
    if (node.kind === "file") {
      node.opened -= 1;
      if (node.lockedBy === descriptor) node.lockedBy = undefined;
    }
    return node;
  }
}
