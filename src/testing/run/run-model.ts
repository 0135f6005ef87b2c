import type { ModelColumn } from "../model/column.js";
import { TableModel } from "../model/table-model.js";

/** A model with what a run must know beside: which handle is open, and what the last record says. */
export class RunModel extends TableModel {
  /** Which handle of the table is open. */
  handle = 0;
  writable = true;
  /** The names of the columns in the last record; others come after them, by name. */
  #recorded: readonly string[] = [];

  /** One of the columns; undefined where there is none. */
  pick(at: number): ModelColumn | undefined {
    return this.columns.at(at % this.columns.length);
  }

  /** Some of the columns, each once. */
  pickMany(places: readonly number[]): ModelColumn[] {
    return [...new Set(places.map((at) => this.pick(at)))].filter((column) => column !== undefined);
  }

  /** A record of the order was written: by whatever raised the generation. */
  commit(): void {
    this.#recorded = this.columnNames;
  }

  /** The order that a handle finds on the disk. */
  found(): void {
    const rank = new Map(this.#recorded.map((name, i) => [name, i]));
    const recorded = this.columns.filter(({ name }) => rank.has(name));
    const others = this.columns.filter(({ name }) => !rank.has(name));
    recorded.sort((a, b) => (rank.get(a.name) ?? 0) - (rank.get(b.name) ?? 0));
    others.sort((a, b) => (a.name < b.name ? -1 : 1));
    this.reorder([...recorded, ...others]);
  }
}
