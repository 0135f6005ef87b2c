// Node 20 starts no worker from TypeScript: this one loads it.
import { tsImport } from "tsx/esm/api";

await tsImport("./worker.ts", import.meta.url);
