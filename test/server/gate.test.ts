import { describe, expect, it } from "vitest";
import { Gate, type Pass } from "../../src/server/http/gate.js";

const never = new AbortController();
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A pass that may yet come. */
function asked(gate: Gate, client = "ada", signal = never) {
  const state: { pass?: Pass; problem?: { status: number } } = {};
  const settled = gate.enter(client, signal).then(
    (pass) => {
      state.pass = pass;
    },
    (problem) => {
      state.problem = problem;
    },
  );
  return Object.assign(state, { settled });
}

describe("Gate", () => {
  it("lets some in, and the others wait in order", async () => {
    const gate = new Gate({ running: 2, waiting: 2, timeout: 10 });
    const all = Array.from({ length: 5 }, () => asked(gate));
    const other = asked(gate, "eve");
    await turn();
    expect(all.map(({ pass }) => pass !== undefined)).toEqual([true, true, false, false, false]);
    expect(all[4]?.problem?.status).toBe(503);
    expect(other.pass).toBeDefined();
    expect(gate.waiting).toBe(2);
    all[1]?.pass?.leave();
    all[1]?.pass?.leave();
    await turn();
    expect(all.map(({ pass }) => pass !== undefined)).toEqual([true, true, true, false, false]);
  });

  it("gives the place of one that waits for its client to another, and a place back before all others", async () => {
    const gate = new Gate({ running: 1, waiting: 9, timeout: 10, stalled: 1 });
    const [one, two, three] = [asked(gate), asked(gate), asked(gate)];
    await turn();
    one.pass?.pause();
    await turn();
    expect([two.pass !== undefined, three.pass !== undefined]).toEqual([true, false]);
    let isBack = false;
    const back = one.pass?.resume().then(() => {
      isBack = true;
    });
    await turn();
    expect(isBack).toBe(false);
    two.pass?.leave();
    await back;
    expect(three.pass).toBeUndefined();
    one.pass?.leave();
    await three.settled;
    expect(three.pass).toBeDefined();
    three.pass?.leave();
    expect(gate.waiting).toBe(0);
  });

  it("does not lose the place of one that leaves while it waits", async () => {
    const gate = new Gate({ running: 1, waiting: 9, timeout: 10, stalled: 1 });
    const one = asked(gate);
    await turn();
    one.pass?.pause();
    const two = asked(gate);
    await turn();
    const back = one.pass?.resume();
    one.pass?.leave();
    two.pass?.leave();
    await back;
    const three = asked(gate);
    await three.settled;
    expect(three.pass).toBeDefined();
  });

  it("refuses what waited too long, and forgets whose client is gone", async () => {
    const gate = new Gate({ running: 1, waiting: 9, timeout: 0.02 });
    const gone = new AbortController();
    const [, late, left] = [asked(gate), asked(gate), asked(gate, "ada", gone)];
    gone.abort();
    await left.settled;
    expect(left.problem?.status).toBe(503);
    expect(gate.waiting).toBe(1);
    await late.settled;
    expect(late.problem?.status).toBe(503);
    expect(gate.waiting).toBe(0);
  });
});
