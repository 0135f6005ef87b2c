export { canStartWorkers, defaultWorkers } from "./available.js";
export { WorkerPool, workerPool } from "./pool.js";
export type { RunOptions, WorkerRun } from "./run.js";
export type { Task, TaskContext, TaskFunction } from "./task.js";
