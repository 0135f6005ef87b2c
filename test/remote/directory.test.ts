import { describe, expect, it, onTestFinished } from "vitest";
import { AccessError, ClosedError, CorruptError, NotFoundError, UnsupportedError } from "../../src/errors.js";
import { connect } from "../../src/remote/connect.js";
import { type ConnectOptions, RemoteDirectory, RemoteFile } from "../../src/remote/index.js";
import {
  type FakeServer,
  failure,
  fakeServer,
  fileReply,
  message,
  page,
  type Seen,
} from "./support/fake-server.js";

interface Tree {
  readonly [name: string]: Tree | number;
}

const TREE: Tree = {
  EAGLE: { models: { "a b#c?%20.h5": 10, "README.txt": 20 }, empty: {} },
  SWIFT: { ["__proto__"]: 5 },
  "top.h5": 2 ** 40,
};
const MODIFIED = 1_498_041_192_000n;
const TYPES = new Map([
  ["h5", "application/x-hdf5"],
  ["txt", "text/plain;charset=UTF-8"],
]);

function sizeOf(node: Tree | number): number {
  return typeof node === "number"
    ? node
    : Object.values(node).reduce((sum: number, below) => sum + sizeOf(below), 0);
}

/** The map of a node as the protocol has it, its sizes as large integers. */
function mapOf(name: string, node: Tree | number): Map<string, unknown> {
  if (typeof node === "number") {
    const type = TYPES.get(name.split(".").at(-1) ?? "") ?? "application/octet-stream";
    return new Map<string, unknown>([
      ["type", type],
      ["size", BigInt(node)],
      ["last_modified", MODIFIED],
    ]);
  }
  const below = Object.entries(node);
  const files = below.filter(([, child]) => typeof child === "number");
  const directories = below.filter(([, child]) => typeof child !== "number");
  return new Map<string, unknown>([
    ["type", "directory"],
    ["size", BigInt(sizeOf(node))],
    ["description", null],
    ["labels", null],
    ["files", new Map(files.map(([key, child]) => [key, mapOf(key, child)]))],
    ["directories", new Map(directories.map(([key]) => [key, null]))],
  ]);
}

function answer(seen: Seen, tree: Tree) {
  const parts = seen.url
    .replace(/^\/hdfstream\/msgpack\/?/, "")
    .split("/")
    .filter((part) => part !== "")
    .map(decodeURIComponent);
  let node: Tree | number = tree;
  for (const part of parts) {
    if (typeof node === "number" || !Object.hasOwn(node, part)) {
      return failure(404, `Invalid path specified: ${parts.join("/")}`);
    }
    node = node[part] ?? 0;
  }
  return message(mapOf(parts.at(-1) ?? "", node));
}

async function opened(
  options: ConnectOptions = {},
  tree: Tree = TREE,
): Promise<{ server: FakeServer; root: RemoteDirectory }> {
  const server = await fakeServer((seen) => answer(seen, tree));
  const root = await connect(server.url, options);
  onTestFinished(() => root.close());
  expect(server.lines.splice(0)).toEqual(["GET /msgpack/"]);
  server.seen.splice(0);
  return { server, root };
}

describe("connecting", () => {
  it("fails at once where it cannot be", async () => {
    const server = await fakeServer(({ url }) => page(url.startsWith("/hdfstream/wrong") ? 404 : 401));
    await expect(connect(server.url)).rejects.toThrow(AccessError);
    await expect(connect(`${server.url}/wrong`)).rejects.toThrow(NotFoundError);
    await expect(connect(server.url.replace("http:", "ftp:"))).rejects.toThrow(UnsupportedError);
    const reason = new Error("enough");
    await expect(connect(server.url, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(server.seen.length).toBe(2);
  });

  it("ends with `using`", async () => {
    const server = await fakeServer((seen) => answer(seen, TREE));
    let kept: RemoteDirectory | undefined;
    {
      await using root = await connect(server.url);
      kept = root;
      expect(String(root)).toBe(`<remote directory "" of ${server.url}>`);
    }
    expect(kept.closed).toBe(true);
    expect(String(kept)).toBe(`<Closed remote directory "" of ${server.url}>`);
    await expect(kept.keys()).rejects.toThrow(ClosedError);
    using again = await connect(server.url);
    expect(again.closed).toBe(false);
  });
});

describe("a directory", () => {
  it("lists what is in it, directories first, and asks once", async () => {
    const { server, root } = await opened();
    const [keys, size] = await Promise.all([root.keys(), root.size()]);
    expect(keys).toEqual(["EAGLE", "SWIFT", "top.h5"]);
    expect(size).toBe(2 ** 40 + 35);
    const entries: string[] = [];
    for await (const [name, node] of root) entries.push(`${name} ${node.constructor.name} ${node.path}`);
    expect(entries).toEqual([
      "EAGLE RemoteDirectory EAGLE",
      "SWIFT RemoteDirectory SWIFT",
      "top.h5 RemoteFile top.h5",
    ]);
    expect(server.lines).toEqual(["POST /msgpack/"]);
    expect([root.path, root.name, (await root.get("EAGLE/models")).name]).toEqual(["", "", "models"]);
  });

  it("has one object for each path, however it is reached", async () => {
    const { server, root } = await opened();
    const models = await root.directory("/EAGLE//models/");
    expect(server.lines).toEqual(["POST /msgpack/EAGLE/models"]);
    const eagle = await root.directory("EAGLE");
    expect(server.seen.length).toBe(1);
    expect(await eagle.get("models")).toBe(models);
    expect(await models.get("../../EAGLE/./models")).toBe(models);
    expect(await models.get("..")).toBe(eagle);
    expect(await models.get("../..")).toBe(root);
    expect(await eagle.keys()).toEqual(["models", "empty"]);
    await root.keys();
    expect(await root.get("EAGLE")).toBe(eagle);
    expect(await eagle.get("models")).toBe(models);
    expect(server.seen.length).toBe(3);
    await expect(root.get("..")).rejects.toMatchObject({ code: "NAME" });
  });

  it("asks by names as they are", async () => {
    const { server, root } = await opened();
    const file = await root.file("EAGLE/models/a b#c?%20.h5");
    expect(server.lines).toEqual(["POST /msgpack/EAGLE/models/a%20b%23c%3F%2520.h5"]);
    const models = await root.directory("EAGLE/models");
    expect(await models.keys()).toEqual(["a b#c?%20.h5", "README.txt"]);
    expect(await models.get("a b#c?%20.h5")).toBe(file);
    expect(await (await root.directory("SWIFT")).keys()).toEqual(["__proto__"]);
    expect((await root.file("SWIFT/__proto__")).size).toBe(5);
  });

  it("asks for nothing that it knows not to be there", async () => {
    const { server, root } = await opened();
    await root.keys();
    await expect(root.get("EAGEL")).rejects.toThrow(/did you mean "EAGLE"/);
    await expect(root.get("none/below")).rejects.toThrow(NotFoundError);
    await expect(root.get("top.h5/group")).rejects.toThrow(/"top.h5" is a file/);
    expect(await root.has("none")).toBe(false);
    expect(await root.has("SWIFT")).toBe(true);
    expect(server.seen.length).toBe(1);
    await expect(root.get("EAGLE/none")).rejects.toThrow(NotFoundError);
    expect(await root.has("EAGLE/none/none")).toBe(false);
    expect(server.seen.length).toBe(3);
    await expect(root.file("EAGLE")).rejects.toThrow(UnsupportedError);
    await expect(root.directory("top.h5")).rejects.toThrow(UnsupportedError);
  });

  it("is gone through to its ends, or until something is found", async () => {
    const { root } = await opened();
    const paths: string[] = [];
    await root.visit((path) => void paths.push(path));
    expect(paths).toEqual([
      "EAGLE",
      "EAGLE/models",
      "EAGLE/models/a b#c?%20.h5",
      "EAGLE/models/README.txt",
      "EAGLE/empty",
      "SWIFT",
      "SWIFT/__proto__",
      "top.h5",
    ]);
    const eagle = await root.directory("EAGLE");
    const found = await eagle.visit(async (path, node) => (node instanceof RemoteFile ? path : undefined));
    expect(found).toBe("models/a b#c?%20.h5");
  });

  it("sees what changed after it was refreshed", async () => {
    const tree: { [name: string]: Tree | number } = { "a.h5": 1, "b.h5": 1 };
    const { root } = await opened({}, tree);
    await root.keys();
    const [a, b] = [await root.file("a.h5"), await root.file("b.h5")];
    tree["b.h5"] = 2;
    tree["c.h5"] = 3;
    expect(await root.keys()).toEqual(["a.h5", "b.h5"]);
    root.refresh();
    expect(await root.keys()).toEqual(["a.h5", "b.h5", "c.h5"]);
    expect(await root.get("a.h5")).toBe(a);
    expect(await root.get("b.h5")).not.toBe(b);
    expect((await root.file("b.h5")).size).toBe(2);
  });

  it("asks once for all who ask at a time, and for each that may give up by itself", async () => {
    const { server, root } = await opened();
    await Promise.all([root.keys(), root.size(), root.keys()]);
    expect(server.seen.length).toBe(1);
    root.refresh();
    const controller = new AbortController();
    const [gone, there] = await Promise.allSettled([
      root.keys({ signal: controller.signal }),
      root.keys(),
      controller.abort(),
    ]);
    expect(gone.status).toBe("rejected");
    expect(there.status).toBe("fulfilled");
  });

  it("takes listings of several levels, and those without their directories", async () => {
    const file = { type: "text/plain", size: 3, last_modified: 5 };
    const deep = { type: "directory", size: 1, files: { "x.txt": file }, directories: {} };
    const server = await fakeServer(({ url }) =>
      url.endsWith("/msgpack/")
        ? message({ type: "directory", size: 1, files: {}, directories: { deep, part: null } })
        : url.endsWith("part")
          ? message({ type: "directory", size: 1, files: { "y.txt": file }, directories: null })
          : message(deep),
    );
    const root = await connect(server.url);
    onTestFinished(() => root.close());
    await root.keys();
    expect(await (await root.directory("deep")).keys()).toEqual(["x.txt"]);
    expect((await root.file("deep/x.txt")).lastModified).toEqual(new Date(5));
    expect(server.seen.length).toBe(2);
    expect(await (await root.directory("part")).keys()).toEqual(["y.txt"]);
    await root.directory("part/below");
    expect(server.lines.slice(2)).toEqual(["POST /msgpack/part", "POST /msgpack/part/below"]);
  });

  it("leaves out names that no path leads to, and refuses what is no listing", async () => {
    const file = { type: "text/plain", size: 3, last_modified: 5 };
    const odd = [
      { type: 5 },
      { type: "directory", size: -1, files: {}, directories: {} },
      { type: "directory", size: 1, files: [], directories: {} },
      { type: "directory", size: 1, files: { a: 5 }, directories: {} },
      { type: "directory", size: 1, files: { a: { type: "text/plain", size: "1" } }, directories: {} },
    ];
    const names = { "../../etc": file, "": file, "..": file, fine: file };
    const server = await fakeServer(({ url }) => {
      const found = /odd(\d)/.exec(url);
      if (found !== null) return message(odd[Number(found[1])]);
      return message({ type: "directory", size: 1, files: names, directories: { ".": null } });
    });
    const root = await connect(server.url);
    onTestFinished(() => root.close());
    expect(await root.keys()).toEqual(["fine"]);
    root.refresh();
    for (const [index] of odd.entries()) {
      await expect(root.get(`odd${index}`), String(index)).rejects.toThrow(CorruptError);
    }
  });
});

describe("a file", () => {
  it("says what it is, and is read whole or in parts", async () => {
    const text = "Ünïcode, und weiter";
    const bytes = Buffer.from(text);
    const server = await fakeServer((seen) =>
      seen.url.includes("/download/") ? fileReply(seen, bytes) : answer(seen, TREE),
    );
    const root = await connect(server.url);
    onTestFinished(() => root.close());
    const file = await root.file("EAGLE/models/README.txt");
    expect(file).toMatchObject({
      path: "EAGLE/models/README.txt",
      name: "README.txt",
      mediaType: "text/plain;charset=UTF-8",
      size: 20,
      lastModified: new Date(Number(MODIFIED)),
      isHdf5: false,
    });
    expect(String(file)).toContain("text/plain;charset=UTF-8, 20 bytes");
    expect(await file.text()).toBe(text);
    expect(Buffer.from(await file.bytes())).toEqual(bytes);
    const part = await file.open({ start: 2, end: 9 });
    expect(Buffer.from(await new Response(part).arrayBuffer())).toEqual(bytes.subarray(2, 9));
    expect(() => file.root()).toThrow(UnsupportedError);
    await expect(file.keys()).rejects.toThrow(/has no groups/);
    const h5 = await root.file("EAGLE/models/a b#c?%20.h5");
    expect(h5.isHdf5).toBe(true);
    expect(h5.root()).toBe(h5.root());
    await expect(h5.text())
      .rejects.toThrow(/./)
      .catch(() => undefined);
  });

  it("is no text in a charset that nobody knows, or that it is not in", async () => {
    const server = await fakeServer((seen) =>
      seen.url.includes("/download/")
        ? fileReply(seen, Uint8Array.of(0xff, 0xfe, 0xff))
        : seen.url.endsWith("/msgpack/")
          ? message({
              type: "directory",
              size: 0,
              files: {
                odd: { type: "text/plain;charset=klingon", size: 3 },
                bad: { type: "text/plain", size: 3 },
                latin: { type: 'text/plain; charset="ISO-8859-1"', size: 3 },
              },
              directories: {},
            })
          : failure(404, "no"),
    );
    const root = await connect(server.url);
    onTestFinished(() => root.close());
    await root.keys();
    await expect((await root.file("odd")).text()).rejects.toThrow(UnsupportedError);
    await expect((await root.file("bad")).text()).rejects.toMatchObject({ code: "FORMAT" });
    expect(await (await root.file("latin")).text()).toBe("ÿþÿ");
    expect((await root.file("bad")).lastModified).toBeUndefined();
  });
});
