import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { DiskError, isMemmapError, MemmapError } from "../../src/errors.js";
import { packThrown, unpackThrown } from "../../src/workers/thrown.js";

/** As another thread would get it. */
function sent(thrown: unknown): unknown {
  return unpackThrown(structuredClone(packThrown(thrown)));
}

describe("what was thrown, in another thread", () => {
  it("is of its class, with path and causes", () => {
    const system = Object.assign(new RangeError("system"), { code: "EIO", errno: -5 });
    const thrown = new DiskError("disk", { path: "/a", cause: new TypeError("between", { cause: system }) });
    const error = sent(thrown);
    expect(error).toBeInstanceOf(DiskError);
    expect(error).toBeInstanceOf(MemmapError);
    expect(isMemmapError(error, "DISK")).toBe(true);
    expect(error).toMatchObject({ name: "DiskError", message: "disk", path: "/a", stack: thrown.stack });
    expect(error).toHaveProperty("cause.name", "TypeError");
    expect(error).toHaveProperty("cause.cause.code", "EIO");
    expect(Object.keys(error as DiskError).sort()).toEqual(Object.keys(thrown).sort());
  });

  it("has no cause and no path where there is none", () => {
    const error = sent(new DiskError("disk"));
    expect(error).not.toHaveProperty("cause");
    expect(error).not.toHaveProperty("path");
  });

  it.each([EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, Error])(
    "is JavaScript's own %o",
    (kind) => {
      const error = sent(new kind("own"));
      expect(Object.getPrototypeOf(error)).toBe(kind.prototype);
      expect(error).toMatchObject({ name: kind.name, message: "own" });
    },
  );

  it("has the name of a class that nobody knows here", () => {
    class OddError extends Error {
      override readonly name = "OddError";
      readonly code = "NOT_OURS";
    }
    const error = sent(new OddError("odd"));
    expect(Object.getPrototypeOf(error)).toBe(Error.prototype);
    expect(error).toMatchObject({ name: "OddError", message: "odd", code: "NOT_OURS" });
    expect(String(error)).toBe("OddError: odd");
  });

  it("may be many errors", () => {
    const error = sent(new AggregateError([new DiskError("one"), "two"], "both"));
    expect(error).toBeInstanceOf(AggregateError);
    expect((error as AggregateError).errors[0]).toBeInstanceOf(DiskError);
    expect((error as AggregateError).errors[1]).toBe("two");
  });

  it("may be its own cause", () => {
    const thrown = new Error("round");
    thrown.cause = thrown;
    expect(sent(thrown)).toHaveProperty("cause.cause.message", "round");
  });

  it("may be of another realm", () => {
    const error = sent(runInNewContext('Object.assign(new TypeError("there"), { code: "FAR" })'));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ message: "there", code: "FAR" });
  });

  it.each([undefined, null, 0, "text", 5n, { a: [1] }, new Date(0)])("may be a value: %o", (value) => {
    expect(sent(value)).toEqual(value);
  });

  it("is told in words where no message can carry it", () => {
    expect(sent(Symbol("s"))).toBe("Symbol(s)");
    expect(sent(() => 1)).toBe("() => 1");
  });
});
