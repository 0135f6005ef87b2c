import type { ServerResponse } from "node:http";
import { TLSSocket } from "node:tls";
import type { Pass } from "./gate.js";

/** So long a piece may take before the place among those that are worked on goes to another request, in milliseconds. */
const PATIENCE = 50;

/** How slow a client may be. */
export interface Pace {
  /** Bytes in a second. */
  readonly throughput: number;
  /** Seconds beyond that. */
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
}

/**
 * Sends pieces one after another, each when the one before has gone to the system, so that a piece's memory may be used
 * again. The head has been written. What fails, or is no longer what was promised, resets the connection: half an answer shall
 * not look like a whole one.
 */
export async function send(sending: Sending): Promise<void> {
  const { response, pieces, isIntact, onBytes } = sending;
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
      await write(value, sending);
      onBytes(value.length);
    }
    await finish(sending);
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
async function write(piece: Uint8Array, { response, pass, pace, onSlow }: Sending): Promise<void> {
  const stop = afterwards(response, piece.length, pace, onSlow);
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

/** Cuts a client off who has not taken a number of bytes in the time that they may take. */
function afterwards(response: ServerResponse, bytes: number, pace: Pace, onSlow: () => void): () => void {
  const seconds = pace.grace + (pace.throughput > 0 ? bytes / pace.throughput : 0);
  const timer = setTimeout(() => {
    onSlow();
    reset(response);
  }, seconds * 1000);
  return () => clearTimeout(timer);
}

async function finish({ response, pace, onSlow }: Sending): Promise<void> {
  if (response.destroyed) return;
  const stop = afterwards(response, 2 ** 16, pace, onSlow);
  // It is closed when the system has taken all of it, whether or not its connection stays.
  await new Promise<void>((resolve) => {
    response.once("close", resolve);
    response.end();
  });
  stop();
}
