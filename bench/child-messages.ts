/** What a process beside the benchmark can be, see `child.ts`. */
export type ChildRole =
  'load-generator' | 'effect-target' | 'fastify-limit' | 'postgres-limit' | 'redis-limit' | 'engine' | 'signatures';

/** From us to it. */
export interface Question {
  /** From 1, new for each question. */
  id: number;
  order: unknown;
}

/** From it to us: either a result or an error. */
export interface Answer {
  /** Of the question; 0 says that the process is ready. */
  id: number;
  result?: unknown;
  /** With the stack, when there is one. */
  error?: string;
}
