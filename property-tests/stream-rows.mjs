/** Rows as plain values, in whatever thread they are: of a table objects, of an array elements or lists of them. */
export function plainRows(data) {
  return Array.from({ length: data.length }, (_, row) => plain(data.at(row)));
}

/** A value without arrays but lists, whatever the axes. */
export function plain(value) {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return Array.from(value, plain).flat();
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}

/** A block as plain values: what workers are asked for. */
export function blockRows(data, { index, start, length }) {
  return { index, start, length, rows: plainRows(data) };
}
