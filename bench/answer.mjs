import { createInterface } from "node:readline";

/**
 * Answers one line with one line: what is asked for is done, its seconds and its check are said. What cannot be done is an error.
 * `repeat` does what follows so many times, and says the mean of seconds.
 *
 * @param {Record<string, (...args: any[]) => any>} work each gives a result, or a promise of one
 * @param {Record<string, (result: any) => number | Promise<number>>} checks what a result comes to; itself when left out
 * @param {string} [version] whose
 */
export async function answer(work, checks = {}, version = "") {
  for await (const line of createInterface({ input: process.stdin })) {
    const asked = JSON.parse(line);
    console.log(JSON.stringify(asked.work === "version" ? { version } : await done(asked, work, checks)));
  }
}

/** The work that was done last. */
let last;

async function done({ work: asked, arguments: all }, work, checks) {
  const [times, name, ...values] = asked === "repeat" ? all : [1, asked, ...all];
  if (work[name] === undefined) return { error: `there is no work ${name}` };
  // Nobody pays for what another work left behind; for what it leaves behind itself each pays as its users do, the asynchronous
  // forms together with the others.
  const now = name.replace(/Async$/, "");
  if (asked !== "repeat" || now !== last) globalThis.gc?.();
  last = now;
  try {
    let result;
    const start = performance.now();
    for (let i = 0; i < times; i++) {
      result = work[name](...values);
      // To wait for what is there takes a turn.
      if (result instanceof Promise) result = await result;
    }
    const seconds = (performance.now() - start) / 1000 / times;
    const check = checks[name] === undefined ? Number(result ?? 0) : await checks[name](result);
    return { seconds, check };
  } catch (error) {
    return { error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}
