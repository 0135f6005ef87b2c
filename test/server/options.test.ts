import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { HostList } from "../../src/server/http/hosts.js";
import { limitsOf } from "../../src/server/http/limits.js";
import { hashPassword, hashToken, serve } from "../../src/server/index.js";
import { temporaryPaths } from "../support/temporary.js";
import { selfSigned } from "./support/certificate.js";
import { ask, startServer } from "./support/http.js";

const fresh = temporaryPaths();
const root = fresh("data");
mkdirSync(root);
writeFileSync(join(root, "a.txt"), "A text.\n");

/** What serve() says to roots and options of any type; it must not listen. */
async function refused(roots: unknown, options: object = {}): Promise<unknown> {
  try {
    await using server = await serve(roots as never, { port: 0, ...options } as never);
    return server.url;
  } catch (error) {
    const { code, message } = error as { readonly code?: unknown; readonly message: string };
    return `${String(code)}: ${message}`;
  }
}

describe("roots", () => {
  it.each([
    [undefined, "roots are paths by name"],
    [null, "roots are paths by name"],
    [root, "not a string"],
    [[root], "an object of type Array"],
    [{ a: 1 }, 'the root "a" is a path, or an object with one, not a number'],
    [{ a: null }, "not null"],
    [{ a: undefined }, "not undefined"],
    [{ a: Promise.resolve(root) }, "a promise that is to be awaited"],
    [{ a: { path: 3 } }, 'the path of the root "a" is a text, not a number'],
    [{ a: "" }, "empty"],
    [{ a: "x\0y" }, "NUL"],
    [new Map([[1, root]]), "a root has a name, not a number"],
    [{ a: { path: root, role: ["staff"] } }, 'the root "a" has no option "role"; did you mean "roles"?'],
    [{ a: { path: root, roles: "staff" } }, 'roles of the root "a" is a list of texts'],
    [{ a: { path: root, roles: new Set(["staff"]) } }, "an object of type Set"],
    [{ a: { path: root, roles: ["staff", undefined] } }, "a list of texts"],
    [{ a: { path: root, roles: [""] } }, "none of them empty"],
    [{ a: { path: root, hidden: "no" } }, 'hidden of the root "a" is true or false'],
    [{ a: { path: root, type: "tabel" } }, 'type of the root "a" is "table"'],
    [{ a: { path: root, labels: { x: 1 } } }, "texts by name"],
    [{ a: { path: root, labels: ["x"] } }, "texts by name"],
    [{ a: { path: root, description: 1 } }, 'the description of the root "a"'],
  ])("%j are refused", async (roots, message) => {
    expect(await refused(roots)).toMatch(/^UNSUPPORTED: /);
    expect(await refused(roots)).toContain(message);
  });
});

const password = await hashPassword("secret");
const token = hashToken("a-token-that-nobody-guesses");
const { key, cert } = selfSigned();

describe("options", () => {
  it.each([
    [null, "serve"],
    [{ auth: null }, "auth is an object, not null"],
    [{ auth: { user: {} } }, 'auth has no option "user"; did you mean "users"?'],
    [{ auth: { users: new Map() } }, "users of auth is an object, not an object of type Map"],
    [{ auth: { users: { ada: null } } }, 'the user "ada" is an object'],
    [{ auth: { users: { ada: { password, role: ["x"] } } } }, 'did you mean "roles"?'],
    [{ auth: { users: { ada: { password, roles: "x" } } } }, 'roles of the user "ada" is a list'],
    [{ auth: { tokens: { robot: token } } }, 'the token "robot" is an object, not a string'],
    [{ auth: { tokens: { robot: { token, rolls: [] } } } }, 'did you mean "roles"?'],
    [{ auth: { anonymous: "false" } }, "anonymous of auth is true or false"],
    [{ auth: { realm: 5 } }, "the realm of auth"],
    [{ host: null }, "host is a text"],
    [{ host: "" }, "host is the address"],
    [{ port: "80" }, "a port is a whole number"],
    [{ prefix: 5 }, "prefix is a text"],
    [{ hosts: "example.org" }, 'hosts is a list of texts, such as ["data.example.org"], not a string'],
    [{ hosts: ["example.org:8080"] }, 'did you mean "example.org"?'],
    [{ hosts: ["https://example.org"] }, "names without schemes and ports"],
    [{ hosts: ["*.example.org"] }, "names without schemes and ports"],
    [{ cors: true }, "cors is an object"],
    [{ cors: {} }, "cors has origins"],
    [{ cors: { origin: [] } }, 'did you mean "origins"?'],
    [{ cors: { origins: "https://a" } }, "origins of cors is a list of texts"],
    [{ cors: { origins: ["https://a.example/"] } }, 'did you mean "https://a.example"?'],
    [{ cors: { origins: ["https://A.example:443"] } }, 'did you mean "https://a.example"?'],
    [{ cors: { origins: ["*"] } }, "a scheme and a name"],
    [{ compression: "false" }, "compression is true or false"],
    [{ metrics: 1 }, "metrics is true or false"],
    [{ openapi: null }, "openapi is true or false"],
    [{ logger: "info" }, "logger is an object"],
    [{ limits: null }, "limits is an object"],
    [{ limits: { toString: 1 } }, 'limits has no option "toString"'],
    [{ limits: { request: 1 } }, 'did you mean "requests"?'],
    [{ tls: null }, "tls is an object"],
    [{ tls: {} }, "key of tls is PEM"],
    [{ tls: { key, certificate: cert } }, 'tls has no option "certificate"'],
    [{ tls: { key, cert: 5 } }, "cert of tls is PEM"],
  ])("%j are refused", async (options, message) => {
    const said = await (options === null ? refusedOptions(null) : refused({ data: root }, options));
    expect(said).toMatch(/^UNSUPPORTED: /);
    expect(said).toContain(message);
    expect(said).not.toContain(password);
    expect(said).not.toContain(token);
  });

  const refusedOptions = (options: null) =>
    serve({ data: root }, options as never).then(String, (error: { code: string; message: string }) =>
      [error.code, error.message].join(": "),
    );

  it.each([
    [{ tls: { key: "/no/such/key.pem", cert } }, "NOT_FOUND"],
    [{ tls: { key: root, cert } }, "DISK"],
    [{ tls: { key: "-----BEGIN x", cert } }, "FORMAT"],
    [{ tls: { key: selfSigned().key, cert } }, "FORMAT"],
    [{ auth: { users: { ada: { password: hashPassword("secret") } } } }, "FORMAT"],
    [{ auth: { users: { ada: {} } } }, "FORMAT"],
  ])("%j cannot be used", async (options, code) => {
    expect(await refused({ data: root }, options)).toMatch(new RegExp(`^${code}: `));
  });

  it("of passwords and tokens are texts of some length, which errors do not say", async () => {
    for (const one of [5, undefined, null, ""]) {
      await expect(hashPassword(one as never)).rejects.toMatchObject({ code: "FORMAT" });
    }
    for (const one of [5, undefined, "short", "a token with spaces", "ein-längeres-tökchen"]) {
      expect(() => hashToken(one as never)).toThrow(/at least 16 characters/);
    }
  });

  it("of limits are what timers and servers can keep", () => {
    for (const name of ["requests", "connections", "urlBytes", "bodyBytes", "slices", "idleTimeout"]) {
      expect(() => limitsOf({ [name]: 0 })).toThrow(
        new RegExp(`${name} is a .* (above 0|of at least 1) and at most`),
      );
    }
    for (const name of ["queueTimeout", "throughputGrace", "closeTimeout"] as const) {
      expect(() => limitsOf({ [name]: 3e6 })).toThrow(/at most 2147483, not 3000000/);
      expect(limitsOf({ [name]: 0 })[name]).toBe(0);
    }
    expect(() => limitsOf({ queue: Number.NaN })).toThrow(/not NaN/);
    expect(limitsOf({ queue: 0, requests: undefined } as never)).toMatchObject({ queue: 0, requests: 8 });
  });

  it("of any length of time are whole milliseconds", async () => {
    const limits = { headerTimeout: 0.07, requestTimeout: 0.0001, idleTimeout: 0.07 };
    await using server = await serve({ data: root }, { port: 0, limits });
    expect(server.port).toBeGreaterThan(0);
  });
});

describe("the port", () => {
  it("that is taken is the system's refusal", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as { port: number };
    expect(await refused({ data: root }, { port })).toMatch(/^DISK: cannot listen at 127.0.0.1, port/);
    other.close();
  });
});

describe("names of the server", () => {
  const isKnown = (list: HostList, host: string): boolean => {
    try {
      list.require(host);
      return true;
    } catch {
      return false;
    }
  };

  it("are those of the list and its own, however they are written", () => {
    const list = new HostList(["Data.Example", "::1", "[::2]", "München.example"], "VM");
    for (const host of [
      "data.example:80",
      "DATA.example",
      "[::1]:80",
      "[::2]",
      "xn--mnchen-3ya.example",
      "vm:1",
    ]) {
      expect([host, isKnown(list, host)]).toEqual([host, true]);
    }
    for (const host of ["127.0.0.1", "localhost", "", "[::3]", "other"]) {
      expect([host, isKnown(list, host)]).toEqual([host, false]);
    }
    const open = new HostList(undefined, "vm");
    for (const host of ["vm:80", "localhost", "10.0.0.1:5", "[fe80::1]"])
      expect(isKnown(open, host)).toBe(true);
    expect(isKnown(open, "evil.example")).toBe(false);
  });

  it("are said to whoever asks by another one", async () => {
    const server = await startServer({ data: root }, { host: "localhost", hosts: ["data.example"] });
    const own = new URL(server.url).hostname;
    expect((await ask(server, "/health", { headers: { host: own } })).status).toBe(200);
    const saying = async (host: string) => String((await ask(server, "/health", { headers: { host } })).body);
    expect(await saying("vm:8080")).toContain('its option hosts would have to have "vm"');
    expect(await saying("<b>")).not.toContain("<b>");
  });
});
