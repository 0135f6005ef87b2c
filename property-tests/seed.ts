import fc from "fast-check";

/**
 * One seed for the whole run: new each time, printed when a property fails, and replayed with
 * `SEED=<number> npm test`. `RUNS=<number>` sets how many cases each property tries.
 */
const seed = process.env.SEED === undefined ? Date.now() & 0x7fffffff : Number(process.env.SEED);
const runs = process.env.RUNS === undefined ? undefined : Number(process.env.RUNS);
fc.configureGlobal({ seed, ...(runs === undefined ? {} : { numRuns: runs }) });
