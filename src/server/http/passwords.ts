import { createHash, createHmac, randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { FormatError } from "../../errors.js";

/** scrypt's cost, block size and parallelization: 32 MiB and about 0.1 s, as OWASP advises. */
const COST = { N: 2 ** 15, r: 8, p: 1 } as const;
const LENGTH = 32;

interface PasswordHash {
  readonly N: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Buffer;
  readonly key: Buffer;
}

/**
 * What a server keeps of a password: `scrypt$<N>$<r>$<p>$<salt>$<key>`, salt and key in base64url. It takes about 0.1 s.
 *
 * ```ts
 * await serve({ flights }, { host: "0.0.0.0", auth: { users: { ada: { password: await hashPassword(secret) } } } });
 * ```
 *
 * @throws FormatError for what is no text, or an empty one
 */
export async function hashPassword(password: string): Promise<string> {
  if (typeof password !== "string" || password === "") {
    throw new FormatError("a password is a text of at least one character");
  }
  const salt = randomBytes(16);
  const key = await derive(password, { ...COST, salt }, LENGTH);
  const { N, r, p } = COST;
  return ["scrypt", N, r, p, salt.toString("base64url"), key.toString("base64url")].join("$");
}

/**
 * What a server keeps of a token: `sha256$<digest>` in base64url. A token is as long as nobody can guess it, such as
 * `randomBytes(32).toString("base64url")`, so that its hash need not be slow.
 *
 * @throws FormatError for a token of fewer than 16 characters, or of others than a header can carry
 */
export function hashToken(token: string): string {
  if (typeof token !== "string" || !/^[\x21-\x7e]{16,}$/.test(token)) {
    throw new FormatError(
      "a token has at least 16 characters, so that nobody can guess it: letters, digits and signs of ASCII, no spaces",
    );
  }
  return `sha256$${digestOf(token).toString("base64url")}`;
}

/** @throws FormatError for what {@link hashPassword} did not make, without a word of it */
export function parsePasswordHash(text: unknown, name: string): PasswordHash {
  const [scheme, N, r, p, salt, key, ...rest] = typeof text === "string" ? text.split("$") : [];
  const hash = {
    N: Number(N),
    r: Number(r),
    p: Number(p),
    salt: Buffer.from(salt ?? "", "base64url"),
    key: Buffer.from(key ?? "", "base64url"),
  };
  const isPower = Number.isSafeInteger(hash.N) && hash.N > 1 && (hash.N & (hash.N - 1)) === 0;
  const isSane = isPower && hash.N <= 2 ** 20 && hash.r >= 1 && hash.r <= 32 && hash.p >= 1 && hash.p <= 16;
  if (scheme === "scrypt" && rest.length === 0 && isSane && hash.salt.length >= 8 && hash.key.length >= 16) {
    return hash;
  }
  throw new FormatError(`the password of "${name}" is not a hash; make it with await hashPassword()`);
}

/** @throws FormatError for what {@link hashToken} did not make, without a word of it */
export function parseTokenHash(text: unknown, name: string): Buffer {
  const [scheme, digest = "", ...rest] = typeof text === "string" ? text.split("$") : [];
  const bytes = Buffer.from(digest, "base64url");
  if (scheme === "sha256" && rest.length === 0 && bytes.length === 32) return bytes;
  throw new FormatError(`the token "${name}" is not a hash; make it with hashToken()`);
}

/** Whether a password is the one that was hashed. The time says nothing about it. */
export async function isPassword(password: string, hash: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await derive(password, hash, hash.key.length), hash.key);
}

/** Whether a token is the one that was hashed. The time says nothing about it. */
export function isToken(token: string, digest: Buffer): boolean {
  return timingSafeEqual(digestOf(token), digest);
}

/** A stand-in for a user who is not there, whose password takes as long. */
export const NOBODY: PasswordHash = { ...COST, salt: randomBytes(16), key: randomBytes(LENGTH) };

/** Names of credentials that were found right, which nobody can make without the key of this process. */
const secret = randomBytes(32);

export function fingerprint(credentials: string): string {
  return createHmac("sha256", secret).update(credentials).digest("base64");
}

function digestOf(token: string): Buffer {
  return createHash("sha256").update(token, "utf8").digest();
}

function derive(
  password: string,
  { N, r, p, salt }: Omit<PasswordHash, "key">,
  length: number,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFC"), salt, length, { N, r, p, maxmem: 256 * N * r }, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

export type { PasswordHash };
