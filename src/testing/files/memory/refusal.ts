import type { SystemCode } from "../failure.js";

/** A refusal, before it is an error of this package: many are only asked for, and the stack of an error costs much. */
export class Refusal {
  readonly code: SystemCode;

  constructor(code: SystemCode) {
    this.code = code;
  }
}
