import { describe, expect, it } from "vitest";
import { CorruptError, FormatError, NotFoundError, UnsupportedError } from "../../src/errors.js";
import { partner } from "../../src/frame/partner.js";
import { Problem, problemOf } from "../../src/server/http/problem.js";

const said = (error: unknown) => {
  const { status, message } = problemOf(error);
  return [status, message];
};

describe("problemOf", () => {
  it("says what is the asker's, and nothing of this machine", () => {
    const path = "/secret/place";
    expect(said(new FormatError("where: nothing"))).toEqual([400, "where: nothing"]);
    expect(said(new NotFoundError(`${path}: gone`, { path }))).toEqual([404, "Failed to open object"]);
    expect(said(new CorruptError(`${path}: cut`, { path }))).toEqual([404, "Unable to read data stream"]);
    expect(said(new UnsupportedError("not here"))[0]).toBe(404);
    expect(said(new TypeError(path))).toEqual([500, "the server failed"]);
    expect(said(undefined)).toEqual([500, "the server failed"]);
    expect(said(new Problem(421, "another"))).toEqual([421, "another"]);
  });

  it("tells that a package is missing, which is nobody's fault who asks", async () => {
    const name = "a-package-that-nobody-has";
    const error: unknown = await partner(name, "memmap-table/server", () => import(name)).catch(
      (cause: unknown) => cause,
    );
    expect(said(error)).toEqual([501, "this server lacks a package that this needs; its log says which"]);
  });
});
