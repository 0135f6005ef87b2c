import { BusyProblem } from "./problem.js";

/** How many requests of one client are worked on at once, and how many wait. */
export interface GateLimits {
  readonly running: number;
  readonly waiting: number;
  /** Seconds that a request waits at most. */
  readonly timeout: number;
  /** Places that may be given away by those who only wait for their clients, of all clients; none when left out. */
  readonly stalled?: number | undefined;
}

interface Waiter {
  readonly enter: () => void;
}

interface Lane {
  running: number;
  readonly waiting: Waiter[];
}

/** The right to be worked on. */
export interface Pass {
  /** Gives the place to others while there is nothing to do but to wait for the client; keeps it where too many have done so. */
  pause(): void;
  /** Takes a place again, before all who have none yet. */
  resume(): Promise<void>;
  /** Leaves. Any further call does nothing. */
  leave(): void;
}

/** Lets a number of requests of each client in, and the others wait in order. */
export class Gate {
  readonly #limits: GateLimits;
  readonly #lanes = new Map<string, Lane>();
  #stalled = 0;

  constructor(limits: GateLimits) {
    this.#limits = limits;
  }

  /** How many requests are worked on, of all clients. */
  get running(): number {
    return this.#sum(({ running }) => running);
  }

  /** How many requests wait, of all clients. */
  get waiting(): number {
    return this.#sum(({ waiting }) => waiting.length);
  }

  /** How many have given their places away. */
  get stalled(): number {
    return this.#stalled;
  }

  #sum(of: (lane: Lane) => number): number {
    return Array.from(this.#lanes.values(), of).reduce((sum, count) => sum + count, 0);
  }

  /**
   * @param client whose requests share the places
   * @param gone its signal is aborted when nobody waits for the answer any more
   * @throws BusyProblem where too many wait, or it takes too long
   */
  async enter(client: string, gone: { readonly signal: AbortSignal }): Promise<Pass> {
    const lane = this.#laneOf(client);
    if (lane.running < this.#limits.running) lane.running += 1;
    else await this.#wait(lane, gone.signal);
    return this.#passOf(client);
  }

  #laneOf(client: string): Lane {
    const known = this.#lanes.get(client);
    if (known !== undefined) return known;
    const lane = { running: 0, waiting: [] };
    this.#lanes.set(client, lane);
    return lane;
  }

  #wait(lane: Lane, gone: AbortSignal): Promise<void> {
    const { waiting, timeout, running } = this.#limits;
    if (lane.waiting.length >= waiting) {
      throw new BusyProblem(
        `${running} requests are being answered and ${waiting} wait: that is the most for one client`,
        Math.max(1, Math.ceil(timeout / 2)),
      );
    }
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        gone.removeEventListener("abort", leave);
        settle();
      };
      const waiter: Waiter = { enter: () => end(resolve) };
      const giveUp = (problem: BusyProblem): void => {
        const place = lane.waiting.indexOf(waiter);
        if (place !== -1) lane.waiting.splice(place, 1);
        end(() => reject(problem));
      };
      const leave = (): void => giveUp(new BusyProblem("the client is gone", 1));
      const timer = setTimeout(
        () => giveUp(new BusyProblem(`no place became free within ${timeout} s`, Math.ceil(timeout))),
        timeout * 1000,
      );
      gone.addEventListener("abort", leave);
      lane.waiting.push(waiter);
    });
  }

  #passOf(client: string): Pass {
    let state: "in" | "paused" | "resuming" | "left" = "in";
    return {
      pause: () => {
        if (state !== "in" || this.#stalled >= (this.#limits.stalled ?? 0)) return;
        state = "paused";
        this.#stalled += 1;
        this.#free(client);
      },
      resume: async () => {
        if (state !== "paused") return;
        const lane = this.#laneOf(client);
        if (lane.running < this.#limits.running) {
          lane.running += 1;
          this.#stalled -= 1;
          state = "in";
          return;
        }
        state = "resuming";
        await new Promise<void>((resolve) => lane.waiting.unshift({ enter: resolve }));
        this.#stalled -= 1;
        // Who left while he waited gives the place on.
        if ((state as string) === "left") this.#free(client);
        else state = "in";
      },
      leave: () => {
        if (state === "in") this.#free(client);
        if (state === "paused") this.#stalled -= 1;
        state = "left";
      },
    };
  }

  #free(client: string): void {
    const lane = this.#laneOf(client);
    const next = lane.waiting.shift();
    if (next !== undefined) {
      next.enter();
      return;
    }
    lane.running -= 1;
    if (lane.running === 0) this.#lanes.delete(client);
  }
}
