import type { FileIdentity } from "./identity.js";

/** The memory of files that this thread has mapped for writing, by file. What was closed has no bytes any more. */
const maps = new Map<string, WeakRef<ArrayBuffer>[]>();

const collected = new FinalizationRegistry<string>((key) => void living(key));

function keyOf({ dev, ino }: Pick<FileIdentity, "dev" | "ino">): string {
  return `${dev} ${ino}`;
}

function living(key: string): readonly WeakRef<ArrayBuffer>[] {
  const left = (maps.get(key) ?? []).filter((map) => (map.deref()?.byteLength ?? 0) > 0);
  if (left.length === 0) maps.delete(key);
  else maps.set(key, left);
  return left;
}

/** Notes that stores into this memory reach a file. */
export function noteWritable(file: FileIdentity, memory: ArrayBuffer): void {
  const key = keyOf(file);
  maps.set(key, [...living(key), new WeakRef(memory)]);
  collected.register(memory, key);
}

/** Whether this thread can store into a file through memory. */
export function isMappedWritable(file: Pick<FileIdentity, "dev" | "ino">): boolean {
  return living(keyOf(file)).length > 0;
}
