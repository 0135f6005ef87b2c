import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { MemmapTable } from "../../src/index.js";
import { hashPassword, hashToken } from "../../src/server/index.js";
import { temporaryPaths } from "../support/temporary.js";
import { ask, basic, errorOf, mapOf, type Reply, startServer, valueOf, within } from "./support/http.js";

const fresh = temporaryPaths();
const root = fresh("secret-place");

/** A file of as many bytes, and a table. */
function area(name: string, bytes: number): string {
  const path = join(root, name);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, "file.txt"), "x".repeat(bytes));
  MemmapTable.create(join(path, "t"), { rows: 2, columns: { x: "i4" } }).close();
  return path;
}

const TOKEN = "a-token-that-nobody-guesses";
const password = await hashPassword("right");
const server = await startServer(
  {
    open: area("open", 1),
    "nest/hidden": { path: area("hidden", 10), roles: ["a"] },
    "nest/shown": { path: area("shown", 100), roles: ["a"], hidden: false },
    deep: { roles: ["a"] },
    "deep/both": { path: area("both", 1000), roles: ["b"] },
  },
  {
    auth: {
      users: {
        nobody: { password },
        ann: { password, roles: ["a"] },
        bob: { password, roles: ["b"] },
        both: { password, roles: ["b", "a"] },
      },
      tokens: { robot: { token: hashToken(TOKEN), roles: ["a", "b"] } },
      anonymous: true,
    },
  },
);

const WHO = {
  anonymous: {},
  nobody: basic("nobody", "right"),
  ann: basic("ann", "right"),
  bob: basic("bob", "right"),
  both: basic("both", "right"),
  robot: { authorization: `bearer ${TOKEN}` },
} as const;
type Who = keyof typeof WHO;
const people = Object.keys(WHO) as Who[];

const as = (who: Who, path: string, asked = {}): Promise<Reply> =>
  ask(server, path, { headers: WHO[who], ...asked });

/** What each one is answered, of every way to ask for a path. */
const CODES: Record<string, Record<Who, number>> = {
  open: { anonymous: 200, nobody: 200, ann: 200, bob: 200, both: 200, robot: 200 },
  "nest/hidden": { anonymous: 404, nobody: 404, ann: 200, bob: 404, both: 200, robot: 200 },
  "nest/shown": { anonymous: 401, nobody: 403, ann: 200, bob: 403, both: 200, robot: 200 },
  deep: { anonymous: 404, nobody: 404, ann: 200, bob: 404, both: 200, robot: 200 },
  "deep/both": { anonymous: 404, nobody: 404, ann: 404, bob: 404, both: 200, robot: 200 },
};

describe.each(Object.keys(CODES))("%s", (path) => {
  const holdsFiles = path !== "deep";
  const ways: [string, string, object?][] = [
    ["its map", `/msgpack/${path}`],
    ["its map, asked for by POST", `/msgpack/${path}`, { method: "POST", body: {} }],
    ["its head", `/msgpack/${path}`, { method: "HEAD" }],
    ["its tar", `/download/${path}`],
    ["the head of its tar", `/download/${path}`, { method: "HEAD" }],
  ];
  if (holdsFiles) {
    ways.push(
      ["a file's map", `/msgpack/${path}/file.txt`],
      ["a file", `/download/${path}/file.txt`],
      ["a table's map", `/msgpack/${path}/t`],
      ["a slice", `/msgpack/${path}/t?object=/x&slice=0:2`],
      ["rows", `/msgpack/${path}/t`, { body: { object: "/", columns: ["x"] } }],
      ["a table as tar", `/download/${path}/t`],
    );
  }

  it.each(ways)("%s is for those alone who may", async (_, target, asked) => {
    for (const who of people) {
      const reply = await as(who, target, asked);
      const expected = CODES[path]?.[who];
      expect([who, reply.status]).toEqual([who, expected]);
      if (expected === 401) expect(reply.headers["www-authenticate"]).toMatch(/^Basic realm="memmap-table"/);
      const isHtml = reply.headers["content-type"] === "text/html; charset=utf-8";
      if (expected === 401 || expected === 403) expect(isHtml).toBe(true);
      expect(reply.body.includes("secret-place")).toBe(false);
    }
  });

  it("is no different from what is not there, where it is hidden", async () => {
    for (const who of people.filter((one) => CODES[path]?.[one] === 404)) {
      const hidden = await as(who, `/msgpack/${path}`);
      const none = await as(who, "/msgpack/none");
      expect(errorOf(hidden)).toBe(`Invalid path specified: ${path}`);
      const headers = { ...hidden.headers, date: 0, "content-length": 0 };
      expect(headers).toEqual({ ...none.headers, date: 0, "content-length": 0 });
    }
  });

  it("has nothing below it that tells more than it does", async () => {
    for (const who of people) {
      const code = CODES[path]?.[who];
      expect([who, (await as(who, `/msgpack/${path}/none`)).status]).toEqual([
        who,
        code === 200 ? 404 : code,
      ]);
    }
  });
});

describe("listings and sizes", () => {
  const SEEN: Record<Who, readonly string[]> = {
    anonymous: ["nest", "open"],
    nobody: ["nest", "open"],
    ann: ["deep", "nest", "nest/hidden", "nest/shown", "open"],
    bob: ["nest", "open"],
    both: ["deep", "deep/both", "nest", "nest/hidden", "nest/shown", "open"],
    robot: ["deep", "deep/both", "nest", "nest/hidden", "nest/shown", "open"],
  };

  it.each(people)("are what %s may see", async (who) => {
    const top = mapOf(await as(who, "/msgpack/?max_depth=9"));
    const seen: string[] = [];
    let files = 0;
    const walk = (map: unknown, path: string): void => {
      const directories = within(map, "directories");
      for (const size of [...((within(map, "files") as Map<string, unknown>) ?? [])]) {
        files += Number(within(size[1], "size"));
      }
      if (!(directories instanceof Map)) return;
      for (const [name, inner] of directories) {
        seen.push(path + name);
        walk(inner, `${path + name}/`);
      }
    };
    walk(top, "");
    expect(seen.sort()).toEqual(SEEN[who]);
    expect(within(top, "size")).toBe(files);
    const nest = mapOf(await as(who, "/msgpack/nest"));
    const names = (within(nest, "directories") as Map<string, unknown>).keys();
    expect([...names]).toEqual(
      SEEN[who].filter((path) => path.startsWith("nest/")).map((path) => basename(path)),
    );
  });

  it.each(people)("and tars are what %s may see", async (who) => {
    const tar = (await as(who, "/download/nest")).body.toString("latin1");
    const isIn = (path: string) => tar.includes(`${path}/file.txt`);
    const isSeen = (path: string) => SEEN[who].includes(path);
    expect([isIn("nest/hidden"), isIn("nest/shown")]).toEqual([isSeen("nest/hidden"), isSeen("nest/shown")]);
  });
});

describe("wrong credentials", () => {
  it.each([
    basic("ann", "wrong"),
    basic("none", "right"),
    { authorization: "Bearer wrong-token-wrong-token" },
    { authorization: "Digest x" },
    { authorization: "Basic" },
    { authorization: "x" },
  ])("are 401 also for what is for everybody: %j", async (headers) => {
    for (const path of ["/msgpack/", "/msgpack/open", "/download/open/file.txt", "/none", "/openapi.json"]) {
      const reply = await ask(server, path, { headers });
      expect([path, reply.status, reply.headers["content-type"]]).toEqual([
        path,
        401,
        "text/html; charset=utf-8",
      ]);
    }
    const post = await ask(server, "/msgpack/open", { body: {}, headers });
    expect([post.status, post.headers["www-authenticate"]]).toEqual([
      401,
      expect.stringMatching(/^Basic realm=/),
    ]);
    expect((await ask(server, "/health", { headers })).status).toBe(200);
  });

  it("are too many at some time", async () => {
    const guess = (at: number) =>
      ask(server, "/msgpack/", { headers: { authorization: `Bearer guess-${at}` } });
    const statuses = new Set<number>();
    for (let at = 0; at < 110; at++) statuses.add((await guess(at)).status);
    expect([...statuses]).toEqual([401, 429]);
    expect((await guess(0)).headers["retry-after"]).toMatch(/^\d+$/);
    // Those who were known before are not refused for it.
    expect((await as("ann", "/msgpack/nest/hidden")).status).toBe(200);
    expect((await as("anonymous", "/msgpack/open")).status).toBe(200);
  });
});

describe("a server that wants to know everybody", () => {
  it("says so, and has metrics for those who may see them", async () => {
    const closed = await startServer(
      { open: join(root, "open") },
      { auth: { tokens: { robot: { token: hashToken(TOKEN) } }, anonymous: false, realm: 'r"\\é' } },
    );
    const probe = await ask(closed, "/msgpack/");
    expect([probe.status, probe.headers["www-authenticate"]]).toEqual([
      401,
      'Basic realm="r___", charset="UTF-8", Bearer realm="r___"',
    ]);
    expect((await ask(closed, "/msgpack/", { headers: WHO.robot })).status).toBe(200);
    expect((await ask(closed, "/metrics")).status).toBe(401);
    expect((await ask(closed, "/metrics", { headers: WHO.robot })).status).toBe(200);
    expect(valueOf(await ask(closed, "/msgpack/open", { headers: WHO.robot }))).toBeInstanceOf(Map);
    const private_ = await ask(closed, "/msgpack/open", { headers: WHO.robot });
    expect(private_.headers["cache-control"]).toBe("private, no-cache");
  });
});
