/** Sets an own property, whatever its name: plain assignment to `__proto__` would change the prototype instead. */
export function ownEntry(record: { [name: string]: unknown }, name: string, value: unknown): void {
  if (name === "__proto__") {
    Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true });
  } else record[name] = value;
}
