import type { TableView } from "./table-view.js";
export function formatView(_v: TableView, title: string, footer: readonly string[]): string {
  return [title, ...footer].join("\n");
}
