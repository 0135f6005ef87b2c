// Node 20 starts no worker from TypeScript: this one loads it.
import { tsImport } from "tsx/esm/api";

await tsImport("./arena.ts", import.meta.url);
