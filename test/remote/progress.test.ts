import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it, vi } from "vitest";
import { type Progress, Transfer } from "../../src/remote/progress.js";
import { parseRetryAfter, retryDelay } from "../../src/remote/retry.js";

/** An output that keeps what was drawn. */
function output(isTTY: boolean): { stream: NodeJS.WriteStream; text: () => string } {
  const pieces: string[] = [];
  const through = new PassThrough();
  through.on("data", (piece: Buffer) => pieces.push(piece.toString()));
  const stream = Object.assign(through, {
    isTTY,
    columns: 120,
    cursorTo: () => true,
    clearLine: () => true,
  });
  return {
    stream: stream as unknown as NodeJS.WriteStream,
    text: () => stripVTControlCharacters(pieces.join("")),
  };
}

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Transfers that take a while, side by side.
 *
 * @param drawn what is drawn of them, which is waited for: bars are loaded at the first one
 */
async function transferred(
  transfers: readonly Transfer[],
  total: number | undefined,
  drawn?: () => string,
): Promise<void> {
  const report = (bytes: number) => transfers.map((transfer) => transfer.report(bytes, total));
  report(10);
  await wait(110);
  for (let bytes = 20; bytes <= 100; bytes += 20) {
    report(bytes);
    if (drawn !== undefined) await vi.waitFor(() => expect(drawn()).not.toBe(""), { timeout: 60_000 });
    await wait(10);
  }
  for (const transfer of transfers) transfer.end();
}

describe("a bar", () => {
  it("is drawn on a terminal, for what takes longer than a moment", async () => {
    const { stream, text } = output(true);
    await transferred([new Transfer("Slice: /a\u001b[31m{b}\n", [], undefined, stream)], 100, text);
    expect(text()).toMatch(/Slice: \/a \[31m\{b\} \[.*\] \d+% \d+\/100 bytes/);
    expect(text()).toContain("100% 100/100 bytes");
  });

  it("has no end where none is known", async () => {
    const { stream, text } = output(true);
    await transferred([new Transfer("Path: x", [], undefined, stream)], undefined, text);
    expect(text()).toContain("Path: x 100 bytes");
    expect(text()).not.toContain("%");
  });

  it("is not drawn elsewhere, nor for what is quick, unless it is asked for", async () => {
    const [file, quick, off, on] = [output(false), output(true), output(true), output(false)];
    const clock = vi.spyOn(performance, "now").mockReturnValue(0);
    const short = new Transfer("Path: quick", [], undefined, quick.stream);
    short.report(10, 10);
    short.end();
    clock.mockRestore();
    const slow = () => [
      new Transfer("Path: file", [], undefined, file.stream),
      new Transfer("Path: off", [], false, off.stream),
    ];
    // Once there are bars, whatever is drawn is drawn at once.
    await transferred([new Transfer("Path: on", [], true, on.stream)], 100, on.text);
    expect(on.text()).toContain("Path: on");
    await transferred(slow(), 100);
    expect([file.text(), quick.text(), off.text()]).toEqual(["", "", ""]);
  });

  it("is drawn for one transfer at a time", async () => {
    const { stream, text } = output(true);
    const both = ["one", "two"].map((name) => new Transfer(`Path: ${name}`, [], undefined, stream));
    await transferred(both, 100, text);
    expect(text()).toContain("Path: one");
    expect(text()).not.toContain("Path: two");
  });

  it("changes nothing of what is told", () => {
    const told: Progress[] = [];
    const transfer = new Transfer("Path: x", [(progress) => told.push(progress), undefined], false);
    transfer.report(5, 10);
    transfer.report(10, 10);
    transfer.end();
    expect(told).toEqual([
      { bytes: 5, total: 10 },
      { bytes: 10, total: 10 },
    ]);
  });
});

describe("the time between attempts", () => {
  it("doubles, half of it by chance, up to a bound", () => {
    const delays = [1, 2, 3, 4, 20].map((failed) =>
      [0, 1].map((random) => retryDelay(failed, undefined, random)),
    );
    expect(delays).toEqual([
      [100, 200],
      [200, 400],
      [400, 800],
      [800, 1600],
      [5000, 10_000],
    ]);
  });

  it("is what the server asks for, if that is more, and none where that is too much", () => {
    expect(retryDelay(1, 5000, 0)).toBe(5000);
    expect(retryDelay(1, 0, 1)).toBe(200);
    expect(retryDelay(1, 61_000, 0)).toBeUndefined();
  });

  it("is read as seconds or a date", () => {
    const now = Date.parse("Tue, 14 Apr 2026 14:38:19 GMT");
    expect(parseRetryAfter(" 12 ", now)).toBe(12_000);
    expect(parseRetryAfter("Tue, 14 Apr 2026 14:38:29 GMT", now)).toBe(10_000);
    expect(parseRetryAfter("Tue, 14 Apr 2020 14:38:29 GMT", now)).toBe(0);
    for (const odd of [null, "", "soon", "-5", "1.5", "Tue, never"])
      expect(parseRetryAfter(odd, now)).toBeUndefined();
  });
});
