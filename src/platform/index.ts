export { ARENA_HEAD, type Host, hostOf } from "./arenas.js";
export { platform } from "./choose.js";
export { type FileIdentity, identityOf, isSameFile } from "./identity.js";
export { borrow, canLend, giveBack, lend, type MemoryLoan } from "./loan.js";
export { type Advice, MAP_UNIT, type MapOptions, type Mapping, type Platform } from "./platform.js";
export { awaitWrites, bootId, type FileStamp, isLocal, isSameStamp, stampOf, stampOfOpen } from "./stamp.js";
export { type WebAssemblyMemory, webAssembly } from "./web-assembly.js";
export { isMappedWritable, noteWritable } from "./writable-maps.js";
