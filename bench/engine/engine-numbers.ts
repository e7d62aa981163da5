/** What the engine does alone, in one process, on ports that answer at once. */
export interface EngineNumbers {
  /** Executions per second, one after the other. */
  condition: number;
  loop: number;
  /** Microseconds that one more node adds to an execution. */
  nodeUs: { condition: number; variable: number; calculation: number };
  /** Heap in MB after a full collection: before a long loop, at points of equal distance in it, and after it. */
  heapMb: { before: number; during: number[]; after: number };
  /** Runs of a script per second in a warm thread of the worker's own runner, one after the other. */
  script: number;
}

/** Seconds for each of the measurements. */
export interface EngineOrder {
  seconds: number;
}
