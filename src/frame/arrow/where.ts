/** Where elements stand, for messages. */
export interface Where {
  /** `column "delay"`. */
  readonly label: string;
  /** The number of the row that the first of them belongs to. */
  readonly firstRow: number;
  /** How many of them belong to one row. */
  readonly perRow: number;
}

/** What messages call the row of an element. */
export function rowName({ label, firstRow, perRow }: Where, position: number): string {
  return `${label}, row ${firstRow + Math.floor(position / Math.max(1, perRow))}`;
}
