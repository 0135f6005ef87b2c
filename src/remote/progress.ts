import type { SingleBar } from "cli-progress";
import { presentable } from "./connection-errors.js";

/** How far a transfer is. */
export interface Progress {
  /** Bytes that have come. An attempt that broke and is made again begins at 0 again. */
  readonly bytes: number;
  /** Bytes that there will be, where that is known. */
  readonly total: number | undefined;
}

/** Who is told of the progress of transfers. */
export interface ProgressOptions {
  /**
   * Whether a bar is drawn on the error output for transfers that take longer than 0.1 s, if the package cli-progress is
   * there; when left out, where that output is a terminal.
   */
  readonly progress?: boolean | undefined;
  /** Called with every piece of every transfer. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Transfers that take less have no bar. */
const DELAY = 100;
const MOST_OF_A_LABEL = 60;

/** Two bars would draw over each other: those that begin while there is one have none. */
let drawn: Transfer | undefined;
let bars: Promise<typeof import("cli-progress") | undefined> | undefined;

/** Where there is no such package, there is no bar, and nothing is amiss. */
function loadBars(): Promise<typeof import("cli-progress") | undefined> {
  bars ??= import("cli-progress").then(
    (found) => found.default ?? found,
    () => undefined,
  );
  return bars;
}

/** One transfer, and who is told of it. */
export class Transfer {
  readonly #label: string;
  readonly #listeners: readonly ((progress: Progress) => void)[];
  readonly #output: NodeJS.WriteStream;
  readonly #begun = performance.now();
  #isAwaited: boolean;
  #bytes = 0;
  #total: number | undefined;
  #bar: SingleBar | undefined;

  /**
   * @param label what is transferred, such as `Slice: /delay`
   * @param listeners who is told, in this order
   * @param show whether there is a bar; undefined where the output is a terminal
   * @param output where it is drawn
   */
  constructor(
    label: string,
    listeners: readonly (((progress: Progress) => void) | undefined)[],
    show: boolean | undefined,
    output: NodeJS.WriteStream = process.stderr,
  ) {
    const line = presentable(label);
    this.#label = line.length > MOST_OF_A_LABEL ? `${line.slice(0, MOST_OF_A_LABEL - 1)}…` : line;
    this.#listeners = listeners.filter((listener) => listener !== undefined);
    this.#output = output;
    this.#isAwaited = show ?? output.isTTY === true;
  }

  /**
   * Tells of what has come until now.
   *
   * @throws what a listener throws
   */
  report(bytes: number, total: number | undefined): void {
    this.#bytes = bytes;
    this.#total = total;
    this.#bar?.update(bytes);
    if (total !== undefined) this.#bar?.setTotal(total);
    if (this.#isAwaited && drawn === undefined && performance.now() - this.#begun > DELAY) this.#draw();
    for (const listener of this.#listeners) listener({ bytes, total });
  }

  /** Takes the bar away: there is nothing more to come. */
  end(): void {
    this.#isAwaited = false;
    this.#bar?.stop();
    this.#bar = undefined;
    if (drawn === this) drawn = undefined;
  }

  #draw(): void {
    drawn = this;
    void loadBars().then((found) => {
      if (found === undefined || !this.#isAwaited) {
        this.end();
        return;
      }
      this.#isAwaited = false;
      this.#bar = new found.SingleBar({
        format:
          this.#total === undefined
            ? "{label} {value} bytes"
            : "{label} [{bar}] {percentage}% {value}/{total} bytes, {eta_formatted} left",
        stream: this.#output,
        clearOnComplete: true,
        noTTYOutput: true,
        notTTYSchedule: 1000,
        // It would listen to signals of the process, which are not its own.
        gracefulExit: false,
      });
      this.#bar.start(this.#total ?? 0, this.#bytes, { label: this.#label });
    });
  }
}
