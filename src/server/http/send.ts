import type { ServerResponse } from "node:http";
import { TLSSocket } from "node:tls";
import type { Pass } from "./gate.js";

/** So long a piece may take before the place among those that are worked on goes to another request, in milliseconds. */
const PATIENCE = 10;

/** How slow a client may be. */
export interface Pace {
  /** Bytes in a second; 0 for any. */
  readonly throughput: number;
  /** Seconds beyond that, of all the time that is waited for it. */
  readonly grace: number;
}

/** What goes on while an answer is sent. */
export interface Sending {
  readonly response: ServerResponse;
  readonly pieces: AsyncIterable<Uint8Array>;
  readonly pass: Pass;
  readonly pace: Pace;
  /** Asked before each piece is sent: whether it is of the generation that was promised. */
  readonly isIntact: () => boolean;
  readonly onBytes: (count: number) => void;
  /** The client took too long. */
  readonly onSlow: () => void;
  /** All of it has been given to Node. */
  readonly onEnd: () => void;
}

/**
 * Sends pieces one after another, each when the one before has gone to the system, so that a piece's memory may be used
 * again. The head has been written. What fails, or is no longer what was promised, resets the connection: half an answer shall
 * not look like a whole one.
 */
export async function send(sending: Sending): Promise<void> {
  const { response, pieces, isIntact, onBytes } = sending;
  const account = new Account(sending);
  const iterator = pieces[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await iterator.next();
      if (response.destroyed) return;
      if (done === true) break;
      if (!isIntact()) {
        reset(response);
        return;
      }
      await write(value, sending, account);
      onBytes(value.length);
    }
    response.end();
    sending.onEnd();
  } catch (error) {
    reset(response);
    throw error;
  } finally {
    await iterator.return?.();
  }
}

/** Ends a connection so that its client sees that something is missing. */
export function reset(response: ServerResponse): void {
  const { socket } = response;
  // Of an encrypted one only the end can be seen, which comes too early for what was announced.
  if (socket !== null && !(socket instanceof TLSSocket)) socket.resetAndDestroy();
  response.destroy();
}

/** Waits until the system has taken a piece. */
async function write(piece: Uint8Array, { response, pass }: Sending, account: Account): Promise<void> {
  const stop = account.wait(piece.length);
  const patience = setTimeout(() => pass.pause(), PATIENCE);
  try {
    await taken(response, piece);
  } finally {
    clearTimeout(patience);
    stop();
  }
  await pass.resume();
}

/** Resolves when the system has taken a piece, or the connection is closed. */
function taken(response: ServerResponse, piece: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      response.off("close", end);
      resolve();
    };
    response.once("close", end);
    response.write(piece, end);
  });
}

/** How long a client was waited for, and how much it took. */
class Account {
  readonly #response: ServerResponse;
  readonly #pace: Pace;
  readonly #onSlow: () => void;
  #bytes = 0;
  #waited = 0;

  constructor({ response, pace, onSlow }: Pick<Sending, "response" | "pace" | "onSlow">) {
    this.#response = response;
    this.#pace = pace;
    this.#onSlow = onSlow;
  }

  /** Cuts the client off where the time that it may take for all bytes so far, and these, runs out. @returns what ends the waiting */
  wait(bytes: number): () => void {
    const { throughput, grace } = this.#pace;
    const response = this.#response;
    this.#bytes += bytes;
    if (throughput === 0) return () => undefined;
    let begun: number | undefined;
    let timer: NodeJS.Timeout | undefined;
    const begin = (): void => {
      begun = performance.now();
      const left = (grace + this.#bytes / throughput) * 1000 - this.#waited;
      timer = setTimeout(
        () => {
          this.#onSlow();
          reset(response);
        },
        Math.min(Math.max(left, 0), MAX_TIMER),
      );
    };
    // An answer behind others has no connection yet: its client is not waited for.
    if (response.socket === null) response.once("socket", begin);
    else begin();
    return () => {
      response.off("socket", begin);
      clearTimeout(timer);
      if (begun !== undefined) this.#waited += performance.now() - begun;
    };
  }
}

/** Timers take no more milliseconds. */
const MAX_TIMER = 2 ** 31 - 1;

/** Watches the end of an answer, which was given to Node: who does not take what is left of it is cut off as well. */
export function watchEnd(watched: Pick<Sending, "response" | "pace" | "onSlow">): void {
  const { response } = watched;
  // To whom is gone already nothing is sent.
  if (response.destroyed || response.closed || response.writableFinished) return;
  const stop = new Account(watched).wait(2 ** 16);
  response.once("close", stop);
}
