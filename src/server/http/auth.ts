import { FormatError } from "../../errors.js";
import { requireFlag, requireKeys, requireRecord, requireText, requireTexts } from "../checks.js";
import { clientOf } from "./hosts.js";
import {
  fingerprint,
  isPassword,
  isToken,
  NOBODY,
  type PasswordHash,
  parsePasswordHash,
  parseTokenHash,
} from "./passwords.js";
import { BusyProblem, Problem } from "./problem.js";

/** Who may ask, and for what. */
export interface AuthOptions {
  /** Users by their names, who come with HTTP Basic: the password as `hashPassword()` made it. */
  readonly users?: {
    readonly [name: string]: { readonly password: string; readonly roles?: readonly string[] | undefined };
  };
  /** Programs by their names, which come with `Authorization: Bearer`: the token as `hashToken()` made it. */
  readonly tokens?: {
    readonly [name: string]: { readonly token: string; readonly roles?: readonly string[] | undefined };
  };
  /** Whether one may ask without a name, for what needs no role. True when left out on loopback, else false. */
  readonly anonymous?: boolean | undefined;
  /** What browsers show when they ask for a password. */
  readonly realm?: string | undefined;
}

/** Somebody who asks: no name where he said none. */
export interface Identity {
  readonly name: string | undefined;
  readonly roles: ReadonlySet<string>;
}

const ANONYMOUS: Identity = { name: undefined, roles: new Set() };

/** Right credentials are remembered for so long, in milliseconds: hashing them is slow on purpose. */
const REMEMBERED = 300_000;
const MOST_REMEMBERED = 10_000;
/** Wrong credentials of one address in a minute, beyond which it has to wait. */
const MOST_FAILURES = 100;
const MINUTE = 60_000;
/** Passwords that are hashed at once, and that may wait for it. */
const MOST_AT_ONCE = 2;
const MOST_WAITING = 64;

const OPTIONS: readonly (keyof AuthOptions)[] = ["users", "tokens", "anonymous", "realm"];

function requireAuth(options: AuthOptions): void {
  requireKeys(options, "auth", OPTIONS);
  const { users = {}, tokens = {}, anonymous, realm } = options;
  requireFlag(anonymous, "anonymous of auth");
  requireText(realm, "the realm of auth");
  requireRecord(users, "users of auth");
  requireRecord(tokens, "tokens of auth");
  const requireAll = (those: object, kind: string, secret: string): void => {
    for (const [name, one] of Object.entries<{ readonly roles?: unknown }>({ ...those })) {
      const what = `the ${kind} ${JSON.stringify(name)}`;
      requireKeys(one, what, [secret, "roles"]);
      requireTexts(one.roles, `roles of ${what}`, "staff");
    }
  };
  requireAll(users, "user", "password");
  requireAll(tokens, "token", "token");
}

interface User {
  readonly hash: PasswordHash;
  readonly identity: Identity;
}

interface Token {
  readonly digest: Buffer;
  readonly identity: Identity;
}

/** Tells who asks. */
export class Authenticator {
  /** What is said to those who did not say who they are: how they may. */
  readonly challenges: readonly string[];
  readonly #nobody: PasswordHash;
  readonly #users: ReadonlyMap<string, User>;
  readonly #tokens: readonly Token[];
  readonly #isOpen: boolean;
  readonly #known = new Map<string, { readonly identity: Identity; readonly until: number }>();
  readonly #failures = new Map<string, { count: number; until: number }>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /**
   * @throws FormatError for hashes that are none, and for names that cannot be said; UnsupportedError for options that are not
   * known or of another type
   */
  constructor(options: AuthOptions | undefined, isLoopback: boolean) {
    if (options !== undefined) requireAuth(options);
    const { users = {}, tokens = {}, realm = "memmap-table", anonymous = isLoopback } = options ?? {};
    const quoted = `realm="${realm.replace(/[^\x20-\x7e]|["\\]/g, "_")}"`;
    const basic = `Basic ${quoted}, charset="UTF-8"`;
    this.challenges = Object.keys(tokens).length === 0 ? [basic] : [basic, `Bearer ${quoted}`];
    this.#isOpen = anonymous;
    this.#users = new Map(
      Object.entries(users).map(([name, { password, roles = [] }]) => {
        if (name === "" || name.includes(":")) {
          throw new FormatError(`"${name}" is no name of a user: it has characters, and none is a colon`);
        }
        return [
          name,
          { hash: parsePasswordHash(password, name), identity: { name, roles: new Set(roles) } },
        ] as const;
      }),
    );
    const costs = [...this.#users.values()].map(({ hash }) => hash);
    const [costliest = NOBODY] = costs.sort((one, other) => costOf(other) - costOf(one));
    this.#nobody = { ...NOBODY, N: costliest.N, r: costliest.r, p: costliest.p };
    this.#tokens = Object.entries(tokens).map(([name, { token, roles = [] }]) => ({
      digest: parseTokenHash(token, name),
      identity: { name: `token:${name}`, roles: new Set(roles) },
    }));
  }

  /**
   * @param header of the request, where it has one
   * @param address of the client, whose failures are counted, and with IPv6 those of its network
   * @throws Problem 401, also where the answer would not need a name; 429 for too many failures, 503 for too many at once
   */
  async identify(header: string | undefined, address: string): Promise<Identity> {
    const client = clientOf(address);
    if (header === undefined) {
      if (this.#isOpen) return ANONYMOUS;
      throw new Problem(401, "this server wants to know who asks");
    }
    const known = this.#remembered(header);
    if (known !== undefined) return known;
    this.#requirePatience(client);
    const identity = await this.#check(header);
    if (identity === undefined) {
      this.#count(client);
      throw new Problem(401, "incorrect user name, password or token");
    }
    if (this.#known.size >= MOST_REMEMBERED) this.#known.clear();
    this.#known.set(fingerprint(header), { identity, until: Date.now() + REMEMBERED });
    return identity;
  }

  #remembered(header: string): Identity | undefined {
    const key = fingerprint(header);
    const found = this.#known.get(key);
    if (found === undefined || found.until > Date.now()) return found?.identity;
    this.#known.delete(key);
    return undefined;
  }

  async #check(header: string): Promise<Identity | undefined> {
    const [, scheme = "", value = ""] = /^(\S+) +(\S+) *$/.exec(header) ?? [];
    if (/^bearer$/i.test(scheme)) {
      // All are compared, whichever it is.
      return this.#tokens.filter(({ digest }) => isToken(value, digest))[0]?.identity;
    }
    if (!/^basic$/i.test(scheme)) return undefined;
    const text = Buffer.from(value, "base64").toString("utf8");
    const colon = text.indexOf(":");
    if (colon === -1) return undefined;
    const user = this.#users.get(text.slice(0, colon));
    const isRight = await this.#inTurn(() => isPassword(text.slice(colon + 1), user?.hash ?? this.#nobody));
    return isRight ? user?.identity : undefined;
  }

  /** Hashing takes memory and processors: a few at a time. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= MOST_AT_ONCE) {
      if (this.#waiting.length >= MOST_WAITING)
        throw new BusyProblem("too many passwords are being checked", 1);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#running += 1;
    try {
      return await work();
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  #requirePatience(client: string): void {
    const failures = this.#failures.get(client);
    if (failures === undefined) return;
    const rest = failures.until - Date.now();
    if (rest <= 0) this.#failures.delete(client);
    else if (failures.count >= MOST_FAILURES) {
      throw new BusyProblem("too many wrong credentials", Math.ceil(rest / 1000), 429);
    }
  }

  #count(client: string): void {
    if (this.#failures.size >= MOST_REMEMBERED) this.#failures.clear();
    const failures = this.#failures.get(client) ?? { count: 0, until: Date.now() + MINUTE };
    failures.count += 1;
    this.#failures.set(client, failures);
  }
}

/** In proportion to the time that it takes. */
function costOf({ N, r, p }: PasswordHash): number {
  return N * r * p;
}
