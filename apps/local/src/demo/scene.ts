import type { Json, JsonObject } from '#shared';

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
  effects?: Effects;
}

/** What must have come of it. Mails and calls are all that may have arrived, in this order; none when left out. */
export interface Effects {
  mails?: { to: string[]; subject: string }[];
  calls?: { path: string; body: Json }[];
  /** The newest record of a collection; fields that are not named are not checked. */
  record?: { collection: string; values: JsonObject };
  /** The newest in-app message to somebody. */
  message?: { to: string; text: string };
}

/** What a person does about the task that an execution opens. */
export interface TaskAnswer {
  assignee: string;
  action: string;
  values?: JsonObject;
  comment?: string;
}

/** One request of the story. */
export interface Scene {
  title: string;
  request: SceneRequest;
  /** The execution waits for it. */
  task?: TaskAnswer;
  expect: Expectation;
}
