export { bindWhere, type DTypeOf } from "./bind.js";
export { type Condition, MAX_COMPARISONS, MAX_DEPTH, MAX_LENGTH, parseWhere } from "./parse.js";
