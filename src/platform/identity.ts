/** Which file something is, whatever its name. */
export interface FileIdentity {
  readonly dev: number;
  readonly ino: number;
  /**
   * When it was made, in milliseconds; 0 where the file system does not say. An inode's number is given to another file as
   * soon as its own is gone.
   */
  readonly born: number;
}

/** The identity of what was looked at. */
export function identityOf({
  dev,
  ino,
  birthtimeMs,
}: {
  readonly dev: number;
  readonly ino: number;
  readonly birthtimeMs: number;
}): FileIdentity {
  return { dev, ino, born: birthtimeMs };
}

/** Whether two looks were at the same file. */
export function isSameFile(one: FileIdentity, other: FileIdentity): boolean {
  if (one.dev !== other.dev || one.ino !== other.ino) return false;
  return one.born === 0 || other.born === 0 || one.born === other.born;
}
