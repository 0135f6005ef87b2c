import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { Connection } from "../../../src/frame/sql/connection.js";
import { queryError } from "../../../src/frame/sql/query-error.js";
import { foldName, quoteName, quoteText, requireDistinct } from "../../../src/frame/sql/quote.js";
import { openStream } from "../../../src/frame/sql/stream.js";
import { CastError } from "../../../src/index.js";
import { temporaryPaths } from "../../support/temporary.js";
import { numbersTable } from "./support.js";

const fresh = temporaryPaths();
const project = fileURLToPath(new URL("../../..", import.meta.url));

describe("a connection", () => {
  const settingsOf = async (connection: Connection, ...names: string[]): Promise<unknown[]> => {
    const list = names.map(quoteText).join(", ");
    const reader = await connection.duckdb.runAndReadAll(
      `SELECT value FROM duckdb_settings() WHERE name IN (${list}) ORDER BY name`,
    );
    return reader.getRows().map(([value]) => value);
  };

  it("downloads nothing, and reads no files where that is not said", async () => {
    using connection = await Connection.open({ files: false, threads: 3 });
    const names = [
      "autoinstall_known_extensions",
      "autoload_known_extensions",
      "enable_external_access",
      "threads",
      "TimeZone",
    ];
    expect(await settingsOf(connection, ...names)).toEqual(["UTC", "false", "false", "false", "3"]);
    using other = await Connection.open({ files: true });
    expect(await settingsOf(other, "enable_external_access", "autoinstall_known_extensions")).toEqual([
      "false",
      "true",
    ]);
  });

  it("has what it needs built in", async () => {
    using connection = await Connection.open({ files: true });
    const query =
      "SELECT extension_name FROM duckdb_extensions() WHERE loaded AND install_mode = 'STATICALLY_LINKED'";
    const loaded = (await connection.duckdb.runAndReadAll(query)).getRows().flat();
    expect(loaded).toEqual(expect.arrayContaining(["json", "parquet"]));
  });

  it("is closed once, and not interrupted after that", async () => {
    const connection = await Connection.open({ files: false });
    connection.close();
    connection.close();
    expect(() => connection.interrupt()).not.toThrow();
  });

  it("says what is wrong with its options", async () => {
    await expect(Connection.open({ files: false, threads: -1 })).rejects.toMatchObject({ code: "LIMIT" });
    await expect(Connection.open({ files: false, memoryLimit: 0 })).rejects.toMatchObject({ code: "LIMIT" });
  });
});

describe("a stream of rows", () => {
  const rowsOf = async (result: {
    fetchChunk(): Promise<{ readonly rowCount: number } | null>;
  }): Promise<number> => {
    let rows = 0;
    for (let chunk = await result.fetchChunk(); chunk !== null; chunk = await result.fetchChunk())
      rows += chunk.rowCount;
    return rows;
  };
  const LATE = "SELECT CASE WHEN range = 900000 THEN error('late') ELSE 1 END AS a FROM range(1000000)";

  it("fails where its query fails, and ends once", async () => {
    using connection = await Connection.open({ files: false });
    await expect(openStream(connection, LATE).then(rowsOf)).rejects.toThrow("late");
    const whole = await openStream(connection, "SELECT 1 FROM range(1000000)");
    expect(await rowsOf(whole)).toBe(1_000_000);
    expect(await rowsOf(whole)).toBe(0);
  });

  it("may follow one that was not read to its end, or that failed", async () => {
    using connection = await Connection.open({ files: false });
    for (let i = 0; i < 3; i++) {
      await (await openStream(connection, "SELECT 1 FROM range(1000000)")).fetchChunk();
      await expect(openStream(connection, LATE).then(rowsOf)).rejects.toThrow("late");
    }
    expect(await openStream(connection, "SELECT 1 FROM range(10)").then(rowsOf)).toBe(10);
  });

  it("says what is known better", async () => {
    using connection = await Connection.open({ files: false });
    const known = new CastError("known");
    await expect(openStream(connection, LATE, [], () => known).then(rowsOf)).rejects.toBe(known);
  });
});

describe("a process", () => {
  /** What a program prints that has a table `t` of three million rows, and `sql`. */
  const outputOf = (program: string): string => {
    const root = fresh();
    numbersTable(root, 3_000_000).close();
    const source = `
      import { MemmapTable } from ${JSON.stringify(join(project, "src/index.ts"))};
      import { sql } from ${JSON.stringify(join(project, "src/frame/sql/index.ts"))};
      const table = MemmapTable.open(${JSON.stringify(root)});
      ${program}`;
    const tsx = join(project, "node_modules/tsx/dist/loader.mjs");
    const { stdout, stderr, status, signal } = spawnSync(
      process.execPath,
      ["--expose-gc", "--import", tsx, "--input-type=module", "--eval", source],
      { encoding: "utf8", cwd: project, timeout: 60_000 },
    );
    expect({ stderr, status, signal }).toEqual({ stderr: "", status: 0, signal: null });
    return stdout;
  };

  it("ends with results that nobody reads, or reads to their ends", () => {
    const program = `
      const unread = await sql("FROM t", { tables: { t: table } });
      const rows = (await sql("FROM t", { tables: { t: table } }))[Symbol.asyncIterator]();
      console.log((await rows.next()).value);`;
    expect(outputOf(program)).toBe("{ a: 0 }\n");
  });

  it("outlives results that are forgotten", () => {
    const program = `
      for (let i = 0; i < 5; i++) {
        const rows = (await sql("FROM t", { tables: { t: table } }))[Symbol.asyncIterator]();
        await rows.next();
      }
      for (let i = 0; i < 5; i++) {
        globalThis.gc();
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      console.log(await (await sql("SELECT count(*)::INTEGER AS n FROM t", { tables: { t: table } })).toArray());`;
    expect(outputOf(program)).toBe("[ { n: 3000000 } ]\n");
  });
});

describe("names and texts in SQL", () => {
  it("are quoted", () => {
    expect(quoteName('a"b')).toBe('"a""b"');
    expect(quoteText("it's")).toBe("'it''s'");
    for (const quote of [quoteName, quoteText]) expect(() => quote("a\0")).toThrow("NUL");
    expect(() => quoteName("")).toThrow("no empty names");
  });

  it("are alike where capital letters of ASCII alone tell them apart", () => {
    expect(foldName("ÄbC")).toBe("Äbc");
    expect(() => requireDistinct(["a", "b", "A"], "columns")).toThrow(
      'columns "a" and "A" are one name to SQL',
    );
    expect(() => requireDistinct(["Ä", "ä"], "columns")).not.toThrow();
  });
});

describe("DuckDB's errors", () => {
  it.each([
    ["Parser Error: syntax", "FORMAT"],
    ["Failed to extract statements: Parser Error: syntax", "FORMAT"],
    ["Catalog Error: no table", "NOT_FOUND"],
    ['Binder Error: Referenced column "x" not found in FROM clause!', "NOT_FOUND"],
    ["Binder Error: No function matches", "DTYPE"],
    ["Conversion Error: x", "CAST"],
    ["Out of Range Error: x", "CAST"],
    ["Out of Memory Error: x", "LIMIT"],
    ["IO Error: x", "DISK"],
    ["Permission Error: x", "UNSUPPORTED"],
    ["something else", "UNSUPPORTED"],
  ])("have a class: %s", (message, code) => {
    const cause = new Error(message);
    const error = queryError(cause);
    expect(error).toMatchObject({ code, cause });
    expect(error.message).toContain(message);
  });

  it("leave others as they are", () => {
    const error = new CastError("mine");
    expect(queryError(error)).toBe(error);
    expect(queryError("text")).toMatchObject({ code: "UNSUPPORTED", message: "text" });
  });
});
