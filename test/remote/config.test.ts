import { mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FormatError, NotFoundError } from "../../src/errors.js";
import { configPath, readAliases, resolveServer } from "../../src/remote/config.js";
import { connect } from "../../src/remote/connect.js";
import { temporaryPaths } from "../support/temporary.js";
import { fakeServer, message } from "./support/fake-server.js";

const path = temporaryPaths();

function configOf(text: string): string {
  const file = path("config.yml");
  writeFileSync(file, text);
  return file;
}

describe("a configuration", () => {
  it("is where users have theirs", () => {
    expect(configPath({ XDG_CONFIG_HOME: "/etc/mine" })).toBe("/etc/mine/memmap-table/config.yml");
    const usual = join(homedir(), ".config", "memmap-table", "config.yml");
    expect(configPath({})).toBe(usual);
    expect(configPath({ XDG_CONFIG_HOME: "relative" })).toBe(usual);
  });

  it("gives aliases, and leaves what is not its own alone", async () => {
    const file = configOf(
      [
        "colours: dark",
        "aliases:",
        "  survey: { url: https://h:8443/hdfstream, user: ada, use_keyring: true }",
        "  __proto__: { url: http://proto }",
        "  open: { url: http://open, user: null }",
      ].join("\n"),
    );
    expect([...((await readAliases(file)) ?? [])]).toEqual([
      ["survey", { url: "https://h:8443/hdfstream", user: "ada" }],
      ["__proto__", { url: "http://proto", user: undefined }],
      ["open", { url: "http://open", user: undefined }],
    ]);
    expect(await resolveServer("survey", file)).toEqual({ url: "https://h:8443/hdfstream", user: "ada" });
  });

  it("may be missing, or empty", async () => {
    expect(await readAliases(path("none.yml"))).toBeUndefined();
    expect((await readAliases(configOf("")))?.size).toBe(0);
    expect((await readAliases(configOf("aliases:")))?.size).toBe(0);
  });

  it.each([
    ["- 1", "the file"],
    ["aliases: 5", "aliases"],
    ["aliases: { a: text }", "aliases.a"],
    ["aliases: { a: { url: 5 } }", "aliases.a.url"],
    ["aliases: { a: { user: ada } }", "aliases.a.url"],
    ["aliases: { a: { url: http://h, user: [ada] } }", "aliases.a.user"],
    ["aliases: { 5: { url: http://h } }", "5"],
    ["aliases: { a", "no YAML"],
  ])("%j is wrong at %s", async (text, key) => {
    const file = configOf(text);
    const error = await readAliases(file).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(FormatError);
    expect(error).toMatchObject({ path: file, message: expect.stringContaining(key) });
    expect(String(error)).toContain(file);
  });

  it("is not read for addresses", async () => {
    const file = configOf("aliases: 5");
    for (const server of ["http://h", "nonsense:1", "h/x"]) {
      expect(await resolveServer(server, file)).toEqual({ url: server });
    }
  });

  it("says what it does not have", async () => {
    const file = configOf("aliases: { survey: { url: http://h } }");
    await expect(resolveServer("survy", file)).rejects.toThrow(/did you mean "survey"/);
    const none = path("none.yml");
    await expect(resolveServer("survey", none)).rejects.toThrow(NotFoundError);
    await expect(resolveServer("survey", none)).rejects.toThrow(/which is not there/);
  });

  it("connects by an alias, whose user an explicit one replaces", async () => {
    const server = await fakeServer(() =>
      message({ type: "directory", size: 0, files: {}, directories: {} }),
    );
    const config = configOf(`aliases: { survey: { url: "${server.url}", user: ada } }`);
    const options = [{ password: "p" }, { user: "bob", password: "p" }, { token: "t" }];
    for (const option of options) (await connect("survey", { config, ...option })).close();
    const said = server.seen.map(({ headers }) => headers.authorization);
    const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
    expect(said).toEqual([basic("ada:p"), basic("bob:p"), "Bearer t"]);
  });

  it("is a file, if anything", async () => {
    const directory = path("config.yml");
    mkdirSync(directory);
    await expect(readAliases(directory)).rejects.toMatchObject({ code: "DISK", path: directory });
  });
});
