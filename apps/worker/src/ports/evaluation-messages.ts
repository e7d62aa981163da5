import type { EvaluationRequest, EvaluationResult } from '#engine';

/** What an evaluation process is asked to do. */
export interface EvaluationJob {
  id: number;
  engine: EvaluationRequest['engine'];
  expression: string;
  /** JSON text. */
  source: string;
  /** UTF-8 bytes that the result's JSON text may have. */
  outputBytes: number;
}

/** `result` is JSON text. */
export type EvaluationOutcome = { ok: true; result: string } | Extract<EvaluationResult, { ok: false }>;

/** What an evaluation process answers. */
export interface EvaluationReport {
  id: number;
  outcome: EvaluationOutcome;
}

/** First message of a process, once it can evaluate. */
export interface EvaluationReady {
  ready: true;
}
