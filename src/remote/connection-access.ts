import { AccessError, UnsupportedError } from "../errors.js";

/** Who asks: a user and his password, or a token. */
export interface Credentials {
  readonly user?: string | undefined;
  /** The password of the user. */
  readonly password?: string | undefined;
  /** A bearer token, instead of user and password. */
  readonly token?: string | undefined;
}

/**
 * The header `Authorization`, which goes with every request; undefined where nobody is named.
 *
 * @throws AccessError for a user without a password; UnsupportedError for what a header cannot say, and for a token beside a user
 */
export function authorization({ user, password, token }: Credentials): string | undefined {
  if (token !== undefined) {
    if (user !== undefined || password !== undefined) {
      throw new UnsupportedError("either a token, or user and password");
    }
    if (typeof token !== "string" || !/^[\x21-\x7e]+$/.test(token)) {
      throw new UnsupportedError("a token is of printable ASCII without spaces");
    }
    return `Bearer ${token}`;
  }
  if (user === undefined) {
    if (password !== undefined) throw new AccessError("a password has a user: the option user is missing");
    return undefined;
  }
  if (typeof user !== "string" || user.includes(":") || hasControl(user)) {
    throw new UnsupportedError("a user has no colon and no control characters in his name");
  }
  if (password === undefined)
    throw new AccessError(`the password of ${user} is missing: the option password`);
  if (typeof password !== "string" || hasControl(password)) {
    throw new UnsupportedError("a password is a text without control characters");
  }
  return `Basic ${Buffer.from(`${user}:${password}`, "utf8").toString("base64")}`;
}

function hasControl(text: string): boolean {
  return /[\x00-\x1f\x7f]/.test(text);
}
