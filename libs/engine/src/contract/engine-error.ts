import type { Json } from '#shared';

/**
 * An expected failure inside the engine: an expression that cannot be evaluated, a template that yields nonsense.
 * `code` is stable (snake_case) and becomes the `NodeError.code` of the node it happened in; `message` is for people
 * and never holds a secret; `detail` is JSON to look at.
 */
export class EngineError extends Error {
  override readonly name = 'EngineError';

  constructor(
    readonly code: string,
    message: string,
    readonly detail?: Json,
  ) {
    super(message);
  }
}
