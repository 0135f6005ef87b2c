import { systemCode, UnsupportedError } from "../errors.js";

/**
 * Loads a package that only one subpath needs. It is the copy that the program itself imports, so that its classes are
 * the same.
 *
 * @param name the package
 * @param subpath the part of this package that needs it
 * @throws UnsupportedError where it is not installed, with the command that installs it
 */
export async function partner<T>(name: string, subpath: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const isMissing =
      systemCode(cause) === "ERR_MODULE_NOT_FOUND" || systemCode(cause) === "MODULE_NOT_FOUND";
    throw new UnsupportedError(
      isMissing
        ? `${subpath} needs the package ${name}: npm install ${name}`
        : `${subpath} needs the package ${name}, which does not load: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}
