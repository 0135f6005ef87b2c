import { scryptSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Authenticator } from "../../src/server/http/auth.js";
import { hashPassword, hashToken } from "../../src/server/http/passwords.js";

const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

const hash = await hashPassword("pässword:1");
const token = "0123456789abcdef-token";
const authenticator = new Authenticator(
  {
    users: { ada: { password: hash, roles: ["a", "b"] } },
    tokens: { robot: { token: hashToken(token), roles: ["c"] } },
  },
  true,
);

const statusOf = async (header: string | undefined, of = authenticator, address = "::1") => {
  try {
    await of.identify(header, address);
    return 200;
  } catch (error) {
    return (error as { status: number }).status;
  }
};

describe("Authenticator", () => {
  it("knows users and programs by what is kept of their secrets", async () => {
    const ada = await authenticator.identify(basic("ada", "pässword:1"), "::1");
    expect([ada.name, ...ada.roles]).toEqual(["ada", "a", "b"]);
    const robot = await authenticator.identify(`bearer ${token}`, "::1");
    expect([robot.name, ...robot.roles]).toEqual(["token:robot", "c"]);
    expect((await authenticator.identify(undefined, "::1")).name).toBeUndefined();
  });

  it("refuses all else, and whoever is wrong also where nobody has to be right", async () => {
    const wrong = [
      basic("ada", "password:1"),
      basic("ada", ""),
      basic("eve", "pässword:1"),
      basic("__proto__", "x"),
      "Basic",
      "Basic !!!!",
      `Basic ${Buffer.from("ada").toString("base64")}`,
      `Bearer ${token}x`,
      "Bearer robot",
      "Digest ada",
      hash,
    ];
    expect(await Promise.all(wrong.map((header) => statusOf(header)))).toEqual(wrong.map(() => 401));
  });

  it("asks everybody for his name off loopback, unless it was told not to", async () => {
    const users = { ada: { password: hash } };
    expect(await statusOf(undefined, new Authenticator({ users }, false))).toBe(401);
    expect(await statusOf(undefined, new Authenticator({ users, anonymous: true }, false))).toBe(200);
    expect(await statusOf(undefined, new Authenticator({ users, anonymous: false }, true))).toBe(401);
  });

  it("lets an address that fails again and again wait, and no other", async () => {
    const patient = new Authenticator({ tokens: { robot: { token: hashToken(token) } } }, true);
    const wrong = Array.from({ length: 100 }, (_, i) => statusOf(`Bearer wrong-token-${i}`, patient));
    expect(new Set(await Promise.all(wrong))).toEqual(new Set([401]));
    expect(await statusOf("Bearer once-more-wrong", patient)).toBe(429);
    expect(await statusOf(`Bearer ${token}`, patient, "10.0.0.1")).toBe(200);
  });

  it("counts a network of IPv6 as one address", async () => {
    const patient = new Authenticator({ tokens: { robot: { token: hashToken(token) } } }, true);
    const wrong = Array.from({ length: 100 }, (_, i) =>
      statusOf(`Bearer wrong-token-${i}`, patient, `2001:db8::${i.toString(16)}`),
    );
    await Promise.all(wrong);
    expect(await statusOf("Bearer once-more-wrong", patient, "2001:db8::ffff")).toBe(429);
    expect(await statusOf("Bearer once-more-wrong", patient, "2001:db8:0:1::")).toBe(401);
  });

  it("says how one may say who one is", () => {
    const of = (options: ConstructorParameters<typeof Authenticator>[0]) =>
      new Authenticator(options, true).challenges;
    expect(of({ realm: 'the "stars"\n' })).toEqual(['Basic realm="the _stars__", charset="UTF-8"']);
    expect(of({ tokens: { robot: { token: hashToken(token) } } })).toEqual([
      'Basic realm="memmap-table", charset="UTF-8"',
      'Bearer realm="memmap-table"',
    ]);
  });

  it("checks a few passwords at a time, and refuses a flood of them", async () => {
    const key = scryptSync("right", "salt1234", 32, { N: 4096 }).toString("base64url");
    const password = `scrypt$4096$8$1$${Buffer.from("salt1234").toString("base64url")}$${key}`;
    const fresh = new Authenticator({ users: { ada: { password } } }, true);
    const many = Array.from({ length: 80 }, (_, i) => statusOf(basic("ada", `guess ${i}`), fresh));
    const quick = many.slice(66);
    expect(await Promise.all(quick)).toEqual(quick.map(() => 503));
    expect(await many[0]).toBe(401);
    await Promise.all(many);
    expect(await statusOf(basic("ada", "right"), fresh)).toBe(200);
  });

  it.each([
    ["a password as it is", { users: { ada: { password: "secret" } } }],
    ["a cost out of all reason", { users: { ada: { password: hash.replace("32768", "1073741824") } } }],
    ["a name with a colon", { users: { "a:b": { password: hash } } }],
    ["a token as it is", { tokens: { robot: { token } } }],
  ])("takes no %s", (_, options) => {
    expect(() => new Authenticator(options, true)).toThrow(
      expect.objectContaining({ code: "FORMAT", message: expect.not.stringContaining("secret") }),
    );
    expect(() => hashToken("short")).toThrow(/16 characters/);
  });
});
