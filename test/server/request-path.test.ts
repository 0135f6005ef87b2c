import { describe, expect, it } from "vitest";
import { clientOf, HostList, isLoopback } from "../../src/server/http/hosts.js";
import { requestPath } from "../../src/server/http/request-path.js";

const segments = (url: string) => {
  try {
    return requestPath(`/msgpack${url}`, "/msgpack").segments;
  } catch (error) {
    return (error as { status: number }).status;
  }
};

describe("requestPath", () => {
  it.each([
    ["", []],
    ["/", []],
    ["/a/b", ["a", "b"]],
    ["/a/b/", ["a", "b"]],
    ["/a%20b%23c/%3F%25", ["a b#c", "?%"]],
    ["/a%2Fb", ["a/b"]],
    ["/%C3%A9", ["é"]],
    ["/tests/../tests/./basic", ["tests", "basic"]],
    ["/a/%2e%2E/b", ["b"]],
    ["/a//b", 404],
    ["//a", 404],
    ["//", 404],
    ["/..", 404],
    ["/a/../..", 404],
    ["/%", 400],
    ["/%zz", 400],
    ["/%ff%fe", 400],
    ["/%c0%ae%c0%ae/x", 400],
  ])("%s", (url, expected) => {
    expect(segments(url)).toEqual(expected);
    expect(segments(`${url}?slice=1/2`)).toEqual(expected);
  });
});

describe("clientOf", () => {
  it.each([
    ["10.0.0.1", "10.0.0.1"],
    ["::ffff:10.0.0.1", "::ffff:10.0.0.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
    ["2001:db8:1:2::9", "2001:db8:1:2"],
    ["2001:db8::9", "2001:db8:0:0"],
    ["fe80::1%eth0", "fe80:0:0:0"],
    ["::1", "0:0:0:0"],
    ["::", "0:0:0:0"],
  ])("%s", (address, client) => expect(clientOf(address)).toBe(client));
});

describe("HostList", () => {
  const statusOf = (host: string | undefined, names?: string[]) => {
    try {
      new HostList(names).require(host);
      return 200;
    } catch (error) {
      return (error as { status: number }).status;
    }
  };
  it.each(["localhost", "127.0.0.1:80", "[::1]:8080", "10.1.2.3", "LOCALHOST:1"])(
    "%s needs no list",
    (host) => {
      expect(statusOf(host)).toBe(200);
    },
  );
  it.each(["evil.example", "localhost.evil.example:80", "", undefined, "127.0.0.1.evil.example"])(
    "%s does",
    (host) => {
      expect(statusOf(host)).toBe(421);
    },
  );
  it("has just the names that it was given", () => {
    expect(statusOf("data.example:8443", ["Data.example"])).toBe(200);
    expect(statusOf("127.0.0.1", ["data.example"])).toBe(421);
  });
  it.each([
    ["127.0.0.1", true],
    ["127.9.9.9", true],
    ["::1", true],
    ["localhost", true],
    ["0.0.0.0", false],
    ["::", false],
    ["127.evil.example", false],
    ["128.0.0.1", false],
  ])("%s: only from this machine: %s", (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });
});
