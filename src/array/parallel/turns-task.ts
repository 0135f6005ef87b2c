import type { TaskContext, TaskFunction } from "../../workers/index.js";
import { holdingBytes } from "../shared-bytes.js";

/** Tasks that several workers do, each the next one that nobody has begun. */
export interface Turns {
  /** URL of the module of their function, and its name. */
  readonly module: string;
  readonly name: string;
  readonly inputs: readonly unknown[];
  /** One word: the number of the next input. */
  readonly next: Int32Array<SharedArrayBuffer>;
}

/** What came of some of the inputs, by their numbers. */
export type Outputs = readonly (readonly [index: number, output: unknown])[];

/** Does tasks until none is left. What one of them opens is open for the next ones. */
export function takeTurns(turns: Turns, context: TaskContext): Promise<Outputs> {
  return holdingBytes(() => turnsOf(turns, context));
}

async function turnsOf({ module, name, inputs, next }: Turns, context: TaskContext): Promise<Outputs> {
  const loaded: Readonly<Record<string, TaskFunction<unknown, unknown>>> = await import(module);
  const outputs: [number, unknown][] = [];
  const take = () => (context.stopped ? inputs.length : Atomics.add(next, 0, 1));
  for (let i = take(); i < inputs.length; i = take()) {
    outputs.push([i, await loaded[name](inputs[i], context)]);
  }
  return outputs;
}
