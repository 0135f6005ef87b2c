import { mkdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { temporaryPaths } from "../support/temporary.js";
import { COORDINATES, LINE, makeData } from "./support/data.js";
import {
  ask,
  dataOf,
  errorOf,
  MSGPACK,
  NUMPY,
  type Reply,
  startServer,
  valueOf,
  within,
} from "./support/http.js";

const fresh = temporaryPaths();
const root = fresh("data");
mkdirSync(root);
await makeData(root);
const server = await startServer({ data: root }, { limits: { sliceBytes: 20_000, slices: 50 } });
const snap = "/msgpack/data/snap.hdf5";

const post = (object: string, slice: unknown, more = {}, path = snap): Promise<Reply> =>
  ask(server, path, { body: { object, slice }, ...more });
const get = (object: string, slice: string): Promise<Reply> =>
  ask(server, `${snap}?object=${object}&slice=${encodeURIComponent(slice)}`);
const ints = (reply: Reply): number[] => {
  const data = Buffer.from(dataOf(valueOf(reply)));
  return Array.from({ length: data.length / 4 }, (_, i) => data.readInt32LE(4 * i));
};
const doubles = (reply: Reply): number[] => {
  const data = Buffer.from(dataOf(valueOf(reply)));
  return Array.from({ length: data.length / 8 }, (_, i) => data.readDoubleLE(8 * i));
};
const shapeOf = (reply: Reply): unknown => within(valueOf(reply), "shape");
const rows = (...at: readonly number[]): number[] => at.map((i) => LINE[i] ?? Number.NaN);
const span = (start: number, stop: number): number[] =>
  Array.from({ length: stop - start }, (_, i) => start + i);

describe("a slice", () => {
  it("is the map of six keys, byte for byte", async () => {
    const head =
      "86a26e64c3a474797065a33c6638a46b696e64a0a5736861706592cd03e803a66e6279746573cd5dc0a46461746191c55dc0";
    await using large = await startServer({ data: root });
    const reply = await ask(large, snap, {
      body: {
        object: "/points",
        slice: [
          [0, 1000],
          [0, 3],
        ],
      },
    });
    expect([reply.status, reply.headers["content-type"]]).toEqual([200, MSGPACK]);
    expect(reply.headers["content-length"]).toBe("24050");
    expect(reply.body.subarray(0, 50).toString("hex")).toBe(head);
    expect(reply.body.subarray(50).equals(Buffer.from(COORDINATES.buffer))).toBe(true);
  });

  it("without elements has no bins", async () => {
    const reply = await post("/points", [
      [1000, 0],
      [1, 2],
    ]);
    expect(reply.body.toString("hex")).toBe(
      "86a26e64c3a474797065a33c6638a46b696e64a0a573686170659200" + "02a66e627974657300a46461746190",
    );
  });

  it("of a scalar has no axes", async () => {
    for (const reply of [await post("/scalar", []), await post("/scalar", ""), await get("/scalar", " ")]) {
      expect([reply.status, shapeOf(reply), doubles(reply)]).toEqual([200, [], [2.5]]);
    }
  });

  it("of texts is a map of three keys", async () => {
    const reply = await post("/texts", [[1, 2]]);
    expect(valueOf(reply)).toEqual(
      new Map<string, unknown>([
        ["vlen", true],
        ["shape", [2]],
        ["data", ["zwei", "三"]],
      ]),
    );
  });
});

describe("the string form", () => {
  // The codes of the protocol's own tests, and some more.
  it.each([
    ["0:10", 200],
    ["0:5;5:10", 200],
    ["0:0;0:10", 200],
    ["0;1:10", 200],
    ["3;4;6;5", 404],
    ["3;4;5;5", 404],
    ["a:b;c:d", 400],
    ["0:5;5:", 400],
    [";0:10", 400],
    ["", 404],
    [";;", 404],
    ["99", 200],
    ["100:100", 200],
    ["100", 404],
    ["0:101", 404],
    ["101:101", 404],
    ["0:5;4:10", 404],
    ["0:5,0:3", 404],
    [" 0 : 5 ; 6 : 7 ", 200],
    ["5:4", 400],
    ["-1:4", 400],
    ["-1", 400],
    ["0:5,", 400],
    [",0:5", 400],
    ["0:5;", 400],
    ["0:5;0:5,1", 400],
    ["1.5", 400],
    ["1e1", 400],
    ["0x1", 400],
    ["0:1:0", 400],
    ["0::1", 400],
    ["+1", 400],
    ["99999999999999999999", 400],
    ["9007199254740991", 404],
    ["0,0,0,0,0,0,0,0", 404],
    ["0,0,0,0,0,0,0,0,0", 400],
    ["[1 2", 400],
    ["[1,2]", 400],
    ["[]", 200],
    ["[100]", 404],
    ["[1 2];[3 4]", 400],
    ["0:4:2;5:6", 400],
  ])("%j: %i", async (slice, status) => {
    const replies = [await get("/line", slice), await post("/line", slice)];
    expect(replies.map((reply) => reply.status)).toEqual([status, status]);
    if (status === 200) return;
    for (const reply of replies) {
      expect(reply.headers["content-type"]).toBe(MSGPACK);
      expect(errorOf(reply)).toEqual(expect.any(String));
    }
  });

  it("joins slices along the first axis", async () => {
    expect(ints(await get("/line", "0:2;2:2;5;7:9"))).toEqual(rows(0, 1, 5, 7, 8));
    const joined = await get("/points", "0:2,1:3;10,1:3");
    expect([shapeOf(joined), doubles(joined)]).toEqual([
      [3, 2],
      [1, 2, 4, 5, 31, 32].map((i) => COORDINATES[i]),
    ]);
    expect((await get("/points", "0:2,1:3;10,0:2")).status).toBe(404);
    expect((await get("/points", "0:2")).status).toBe(404);
  });

  it("takes steps, down as well, and positions in any order", async () => {
    expect(ints(await get("/line", "1:9:3"))).toEqual(rows(1, 4, 7));
    expect(ints(await get("/line", "9:0:-4"))).toEqual(rows(9, 5, 1));
    expect(ints(await get("/line", "9::-4"))).toEqual(rows(9, 5, 1));
    expect(ints(await get("/line", "99::-1"))).toEqual(rows(...span(0, 100).reverse()));
    expect(ints(await get("/line", "[5 2 9 9 0]"))).toEqual(rows(5, 2, 9, 9, 0));
    const turned = await get("/points", "8:0:-4,[2 0]");
    expect([shapeOf(turned), doubles(turned)]).toEqual([[2, 2], [26, 24, 14, 12].map((i) => COORDINATES[i])]);
  });
});

describe("the array form", () => {
  it.each([
    ["a pair", [[0, 10]], 200],
    ["no elements", [[100, 0]], 200],
    [
      "slices",
      [
        [
          [5, 17, 19],
          [4, 1, 2],
        ],
      ],
      200,
    ],
    ["slices of one length", [[[5, 17, 19], 2]], 200],
    ["slices of one length in a list", [[[5, 17, 19], [2]]], 200],
    ["one slice as lists", [[[0], [100]]], 200],
    [
      "adjacent ones",
      [
        [
          [0, 5, 5, 5],
          [5, 0, 0, 1],
        ],
      ],
      200,
    ],
    ["too many", [[0, 101]], 404],
    ["one that begins behind", [[101, 0]], 404],
    [
      "the wrong rank",
      [
        [0, 1],
        [0, 1],
      ],
      404,
    ],
    ["no rank", [], 404],
    ["negative numbers", [[-1, 1]], 404],
    ["negative counts", [[0, -1]], 404],
    [
      "negative starts",
      [
        [
          [0, -1],
          [1, 1],
        ],
      ],
      404,
    ],
    [
      "unordered slices",
      [
        [
          [5, 0],
          [1, 1],
        ],
      ],
      404,
    ],
    [
      "overlapping slices",
      [
        [
          [0, 4],
          [5, 5],
        ],
      ],
      404,
    ],
    ["numbers of 64 bits", [[2n ** 63n, 1]], 404],
    ["one number", [[0]], 400],
    ["four numbers", [[0, 1, 1, 1]], 400],
    ["a number in place of a pair", [0], 400],
    ["null", [null], 400],
    ["a text", [["0", "1"]], 400],
    ["halves", [[0.5, 1]], 400],
    [
      "lists of two lengths",
      [
        [
          [0, 1, 2],
          [1, 1],
        ],
      ],
      400,
    ],
    ["empty lists", [[[], []]], 400],
    ["lists within lists", [[[[0]], [1]]], 400],
    ["a step of nothing", [[0, 1, 0]], 400],
    ["an index", [{ index: [3, 3, 1] }], 200],
    ["an index of nothing", [{ index: [] }], 200],
    ["an index outside", [{ index: [100] }], 404],
    ["a negative index", [{ index: [-1] }], 404],
    ["another map", [{ indices: [1] }], 400],
    ["an index and more", [{ index: [1], step: 1 }], 400],
    ["steps that leave", [[0, 51, 2]], 404],
    ["steps that leave below", [[3, 5, -1]], 404],
    ["nine axes", Array.from({ length: 9 }, () => [0, 1]), 400],
    ["more slices than there may be", [[span(0, 51), 1]], 400],
    ["a longer index than there may be", [{ index: span(0, 51) }], 400],
    ["as many slices as there may be", [[span(0, 50), 1]], 200],
  ])("with %s: %#", async (_, slice, status) => {
    const reply = await post("/line", slice);
    expect(reply.status).toBe(status);
    expect(reply.headers["content-type"]).toBe(MSGPACK);
    if (status !== 200) expect(errorOf(reply)).toEqual(expect.any(String));
  });

  it("gives what is asked for", async () => {
    expect(
      ints(
        await post("/line", [
          [
            [5, 17, 19, 90],
            [4, 1, 2, 4],
          ],
        ]),
      ),
    ).toEqual(rows(5, 6, 7, 8, 17, 19, 20, 90, 91, 92, 93));
    expect(ints(await post("/line", [[8, 3, -4]]))).toEqual(rows(8, 4, 0));
    expect(ints(await post("/line", [{ index: [3, 3, 1] }]))).toEqual(rows(3, 3, 1));
    const points = await post("/points", [
      [
        [1, 5],
        [2, 1],
      ],
      { index: [2, 2] },
    ]);
    expect([shapeOf(points), doubles(points)]).toEqual([
      [3, 2],
      [5, 5, 8, 8, 17, 17].map((i) => COORDINATES[i]),
    ]);
  });

  it("has lists for the first axis alone, and one index", async () => {
    expect(
      (
        await post("/points", [
          [0, 1],
          [[0], [1]],
        ])
      ).status,
    ).toBe(400);
    expect((await post("/points", [{ index: [0] }, { index: [0] }])).status).toBe(400);
  });
});

describe("a slice that is too large", () => {
  it("is told how large it may be", async () => {
    for (const reply of [
      await post("/points", [
        [0, 1000],
        [0, 3],
      ]),
      await get("/points", "0:1000,0:3"),
    ]) {
      expect(reply.status).toBe(413);
      expect(errorOf(reply)).toMatch(/24000 bytes.*20000.*833 rows/);
    }
    expect((await get("/points", "0:833,0:3")).status).toBe(200);
  });
});

describe("objects without elements", () => {
  it.each([
    ["/none", "Failed to open object"],
    ["/line/x", "Failed to open object"],
    ["/dangling", "Failed to open object"],
    ["/wide", "Failed to open dataset slice"],
    ["/type", "Failed to open dataset slice"],
  ])("%s", async (object, message) => {
    const reply = await post(object, [[0, 1]]);
    expect([reply.status, errorOf(reply)]).toEqual([404, message]);
  });

  it("but links are followed", async () => {
    expect(
      doubles(
        await post("/alias", [
          [0, 1],
          [0, 3],
        ]),
      ),
    ).toEqual([...COORDINATES.subarray(0, 3)]);
    expect(dataOf(valueOf(await post("/way/m10", [[0, 1]])))).toEqual(Buffer.of(0));
  });
});

describe("rows of a table", () => {
  const flights = "/msgpack/data/flights";
  const types = [
    ["id", "<u8"],
    ["delay", ">i2"],
  ];

  it("are records, by names, a condition and rows", async () => {
    const body = { object: "/", columns: ["id", "delay"], where: "delay > 97 and airport/origin = 'SFO'" };
    const some = { ...body, slice: [[1, 3]] };
    const all = await ask(server, flights, { body });
    expect([within(valueOf(all), "type"), within(valueOf(all), "kind"), shapeOf(all)]).toEqual([
      types,
      "V",
      [10],
    ]);
    const few = await ask(server, flights, { body: some });
    expect(few.status).toBe(200);
    const data = Buffer.from(dataOf(valueOf(all)));
    expect(data.readInt16BE(8)).toBe(98);
    const query = new URLSearchParams({ object: "/", columns: "id,delay", where: body.where });
    expect((await ask(server, `${flights}?${query}`)).body.equals(all.body)).toBe(true);
    query.set("slice", "1:4");
    expect((await ask(server, `${flights}?${query}`)).body.equals(few.body)).toBe(true);
  });

  it("keep NumPy's types for those who ask for them", async () => {
    const reply = await ask(server, flights, {
      body: { object: "/", columns: ["airport/origin", "when"], slice: [[0, 1]] },
      headers: { accept: NUMPY },
    });
    expect(reply.headers["content-type"]).toBe(NUMPY);
    expect(within(valueOf(reply), "type")).toEqual([
      ["airport/origin", "<U3"],
      ["when", "<M8[s]"],
    ]);
  });

  it.each([
    [{ columns: ["none"] }, 404],
    [{ columns: ["id", "id"] }, 400],
    [{ columns: [1] }, 400],
    [{ columns: "id" }, 400],
    [{ where: "delay >" }, 400],
    [{ where: "none > 1" }, 404],
    [{ where: "delay > 'x'" }, 400],
    [{ where: 1 }, 400],
    [{ columns: ["id"], slice: [[0, 1001]] }, 404],
    [
      {
        columns: ["id"],
        slice: [
          [0, 1],
          [0, 1],
        ],
      },
      404,
    ],
    [{ columns: ["id"], slice: [] }, 404],
    [{ object: "/delay", columns: ["id"] }, 404],
    [{ object: "/none", columns: ["id"] }, 404],
    [{ where: "(".repeat(70_000) }, 400],
    [{ where: "(".repeat(60_000) }, 400],
  ])("%j: %i", async (more, status) => {
    const reply = await ask(server, flights, { body: { object: "/", ...more } });
    expect([reply.status, errorOf(reply)]).toEqual([status, expect.any(String)]);
  });
});
