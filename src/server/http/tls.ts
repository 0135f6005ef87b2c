import { readFile } from "node:fs/promises";
import { createSecureContext } from "node:tls";
import { FormatError, UnsupportedError } from "../../errors.js";
import { fileError } from "../../platform/files.js";
import { requireKeys } from "../checks.js";
import type { ServeOptions } from "./options.js";

/** Key and certificate of a server, in PEM. */
export interface Credentials {
  readonly key: string | Buffer;
  readonly cert: string | Buffer;
}

/**
 * Reads key and certificate, each PEM or the name of a file of it.
 *
 * @throws UnsupportedError where one is missing or of another type, NotFoundError and DiskError for files, FormatError for what
 * is no PEM, and where they do not belong together
 */
export async function readCredentials(tls: NonNullable<ServeOptions["tls"]>): Promise<Credentials> {
  requireKeys(tls, "tls", ["key", "cert"]);
  const [key, cert] = await Promise.all([pem(tls.key, "key"), pem(tls.cert, "cert")]);
  try {
    createSecureContext({ key, cert });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new FormatError(`tls has a key and a certificate in PEM that belong together: ${why}`, { cause });
  }
  return { key, cert };
}

/** What is PEM as it is, and a file's bytes otherwise. */
async function pem(given: unknown, name: keyof Credentials): Promise<string | Buffer> {
  if (Buffer.isBuffer(given)) return given;
  if (typeof given !== "string" || given === "") {
    throw new UnsupportedError(`${name} of tls is PEM, as text or a Buffer, or the name of a file of it`);
  }
  if (given.includes("-----BEGIN")) return given;
  try {
    return await readFile(given);
  } catch (cause) {
    throw fileError(`read the ${name} of tls`, given, cause);
  }
}
