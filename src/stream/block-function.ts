import { showValue } from "../dtype/index.js";
import { NotFoundError, UnsupportedError } from "../errors.js";
import type { RowsView } from "./source.js";

/** Which rows a function is called with. */
export interface MappedBlock {
  /** Blocks before it. */
  readonly index: number;
  /** The number of its first row. */
  readonly start: number;
  readonly length: number;
}

/**
 * What {@link Streamer.map} calls in workers. The rows are good until it returns, or what it returns is fulfilled; its
 * result comes back as a structured clone: plain values, lists, Maps and typed arrays, which are copied.
 *
 * What it prints is not seen: workers of this package have no output, which would keep the process alive.
 */
export type BlockFunction<V extends RowsView, T> = (data: V, block: MappedBlock) => T | Promise<T>;

/** A function that another thread can find: the export of a module that Node can load as it is. */
export interface FunctionName {
  /** The module: a URL, such as `new URL("./work.js", import.meta.url)`. */
  readonly module: string | URL;
  /** The name of its export; `"default"` when left out. */
  readonly name?: string | undefined;
}

/** @throws UnsupportedError for what names no module */
export function functionName({ module, name = "default" }: FunctionName): { module: string; name: string } {
  const href = module instanceof URL ? module.href : module;
  if (typeof href === "string" && URL.canParse(href) && typeof name === "string")
    return { module: href, name };
  throw new UnsupportedError(
    `a function for workers is named by the URL of its module and its name in it, such as { module: new URL("./work.js", import.meta.url), name: "mean" }, not by ${showValue(module)}`,
  );
}

/** The function, in this thread. @throws NotFoundError where the module has none of that name; what loading it throws */
export async function loadFunction(module: string, name: string): Promise<BlockFunction<RowsView, unknown>> {
  const loaded: Record<string, unknown> = await import(module);
  const found = loaded[name];
  if (typeof found === "function") return found as BlockFunction<RowsView, unknown>;
  const known = Object.keys(loaded).filter((each) => typeof loaded[each] === "function");
  throw new NotFoundError(
    `${module} exports no function ${JSON.stringify(name)}; it exports ${known.join(", ") || "none"}`,
    { path: module },
  );
}
