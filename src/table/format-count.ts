const UNITS = ["KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** A number of bytes for people: `512 B`, `42.9 MiB`; a unit is 1024 of the one before. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  let amount = bytes;
  let text = "";
  for (const unit of UNITS) {
    amount /= 1024;
    text = `${formatCount(Number(amount.toFixed(1)), 1)} ${unit}`;
    // What rounds to 1024.0 is one of the next unit.
    if (Number(amount.toFixed(1)) < 1024) break;
  }
  return text;
}

/** A number with commas between thousands: `3,000,000`. */
export function formatCount(count: number, decimals = 0): string {
  return count.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

/** `1 row`, `3,000,000 rows`. */
export function formatPlural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}
