/** What the engine does alone, in one process, on ports that answer at once. */
export interface EngineNumbers {
  /** Executions one after the other. */
  condition: EngineRate;
  loop: EngineRate;
  /** Microseconds of processor time that one more node adds to an execution. */
  nodeUs: { condition: number; variable: number; calculation: number };
  /** Heap in MB after a full collection: before a long loop, at points of equal distance in it, and after it. */
  heapMb: { before: number; during: number[]; after: number };
  /** Runs of a script in a warm thread of the worker's own runner, one after the other. */
  script: EngineRate;
}

export interface EngineRate {
  perSecond: number;
  /** Microseconds of processor time of each, of all threads: depends less on other work of the machine. */
  cpuUs: number;
}

/** Seconds for each of the measurements. */
export interface EngineOrder {
  seconds: number;
}
