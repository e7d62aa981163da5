import type { Json } from '#shared';

/** What a sender sends. */
export interface SceneRequest {
  method: string;
  /** With the leading slash. */
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** What must come back, and what must be on record afterwards. What is not named is not checked. */
export interface Expectation {
  status: number;
  /** Text of the answer, or a JSON value. */
  body?: Json;
  /** Headers that must have exactly this value. */
  headers?: Record<string, string>;
  /** Of the request log: the verdict, and for refusals the gate that refused. */
  verdict: string;
  gate?: number;
  /** Null: no execution may come of it. */
  execution: { status: string; output?: Json } | null;
  /** The execution must be that of an earlier scene, by its title. */
  sameExecutionAs?: string;
}

/** One request of the story. */
export interface Scene {
  title: string;
  request: SceneRequest;
  expect: Expectation;
}
