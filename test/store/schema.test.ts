import { readdirSync, readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { generate } from "../../schema/generate.mjs";
import { validateLast, validateSidecar } from "../../src/store/validators.js";

const folder = new URL("../../schema/", import.meta.url);
const schemas = readdirSync(folder)
  .filter((name) => name.endsWith(".schema.json"))
  .map((name) => [name, JSON.parse(readFileSync(new URL(name, folder), "utf8"))] as const);

/** Every schema within a schema, by the keywords that are in use. */
function* within(schema: object, path: string): Generator<[string, Record<string, unknown>]> {
  yield [path, { ...schema }];
  for (const keyword of ["properties", "$defs"]) {
    for (const [name, inner] of Object.entries(Reflect.get(schema, keyword) ?? {})) {
      yield* within(Object(inner), `${path}/${keyword}/${name}`);
    }
  }
}

describe.each(schemas)("%s", (_name, schema) => {
  it("is a valid schema of draft 2020-12", () => {
    expect(schema.$schema).toBe("https://json-schema.org/draft/2020-12/schema");
    const ajv = new Ajv2020();
    expect(ajv.validateSchema(schema), ajv.errorsText()).toBe(true);
  });

  it("says what everything in it is", () => {
    const parts = [...within(schema, "#")];
    expect(parts.length).toBeGreaterThan(3);
    for (const [path, part] of parts) {
      expect(part.title, `${path} has no title`).toMatch(/^\S/);
      expect(part.description, `${path} has no description`).toMatch(/^[A-Z].*\.$/);
    }
  });
});

describe("the validators", () => {
  const source = readFileSync(new URL("../../src/store/validators.ts", import.meta.url), "utf8");

  it("are those that the schemas give", () => {
    expect(source === generate(), "src/store/validators.ts is out of date: npm run generate").toBe(true);
  });

  it("need nothing at run time", () => {
    expect(source).not.toMatch(/\brequire\b|^\s*import\b|\bimport\(|new Function|\beval\b/m);
  });

  it("exist for every schema", () => {
    const exported = [...source.matchAll(/^export const (\w+): Validator = /gm)]
      .map(([, name]) => name)
      .sort();
    expect(exported).toEqual(["validateCommit", "validateFrame", "validateLast", "validateSidecar"]);
    expect(schemas.map(([name]) => name).sort()).toEqual([
      "commit.schema.json",
      "frame.schema.json",
      "last.schema.json",
      "sidecar.schema.json",
    ]);
  });

  it("say what is wrong until the next call", () => {
    expect(validateSidecar({ dtype: 5, shape: [] })).toBe(false);
    expect(validateSidecar.errors?.[0]).toMatchObject({ instancePath: "/dtype", keyword: "type" });
    expect(validateSidecar({ attr: 1n })).toBe(true);
    expect(validateSidecar.errors ?? null).toBeNull();
    expect(validateLast({})).toBe(false);
  });
});
