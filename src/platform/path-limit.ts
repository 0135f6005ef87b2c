/** Bytes of a path on this system, its end not counted: PATH_MAX of Linux and macOS, and what Windows takes at most. */
export const MAX_PATH_BYTES =
  process.platform === "linux" ? 4095 : process.platform === "darwin" ? 1023 : 32_000;
