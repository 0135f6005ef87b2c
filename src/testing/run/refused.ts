import { type ErrorCode, isMemmapError } from "../../errors.js";
import { show } from "../same.js";

/** Requires an error of a cause. @throws Error where there is another, or none */
export function refused(code: ErrorCode | readonly ErrorCode[], act: () => unknown): void {
  const codes = typeof code === "string" ? [code] : code;
  let returned: unknown;
  try {
    returned = act();
  } catch (error) {
    if (isMemmapError(error) && codes.includes(error.code)) return;
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${codes.join(" or ")} was to be thrown, not: ${why}`, { cause: error });
  }
  throw new Error(`${codes.join(" or ")} was to be thrown, but ${show(returned)} was returned`);
}
