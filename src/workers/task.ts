/** One piece of work for a worker thread. */
export interface Task<I> {
  /** URL of a built module, which workers load once and keep. */
  readonly module: string;
  /** The name of one of its exported functions: a {@link TaskFunction}. */
  readonly name: string;
  /**
   * What the function is given, as a structured clone; `SharedArrayBuffer`s are shared. It is read when a worker takes
   * the task, so it must not change before the task is done.
   */
  readonly input: I;
  /** ArrayBuffers of the input that are moved and not copied: they are detached when a worker takes the task. */
  readonly transfer?: readonly ArrayBuffer[];
}

/** What a task's function is given beside its input. */
export interface TaskContext {
  /**
   * Whether the task's run has failed or was stopped: then its result is of no use to anyone. To be asked between
   * blocks of some milliseconds; it reads a shared flag and costs no message.
   */
  readonly stopped: boolean;
}

/** The function that a task names. What it returns comes back as a structured clone; what it throws fails the run. */
export type TaskFunction<I, O> = (input: I, context: TaskContext) => O | Promise<O>;

/** The task as messages name it. */
export function nameOf({ module, name }: Pick<Task<unknown>, "module" | "name">): string {
  return `the task "${name}" of ${module}`;
}
