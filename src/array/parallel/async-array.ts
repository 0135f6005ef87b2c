import type { DTypeLike } from "../../dtype/index.js";
import type { AccessMode } from "../base.js";
import { AsyncReducibleArray } from "./async-reducible-array.js";

/** What arrays have asynchronous forms of, beside reductions. */
export abstract class AsyncArray<
  D extends DTypeLike = DTypeLike,
  M extends AccessMode = AccessMode,
> extends AsyncReducibleArray<D, M> {}
