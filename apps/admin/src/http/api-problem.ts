import type { JsonObject } from '#shared';
import { problems, type ProblemCode } from './problems.js';

/** One fault of a body or a query: an RFC 6901 pointer into it and what to do. */
export interface ProblemFault {
  pointer: string;
  code: string;
  message: string;
}

/** An expected refusal; the filter turns it into `application/problem+json`. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;

  /** @param detail says what to do; never holds a secret */
  constructor(
    readonly code: ProblemCode,
    detail: string,
    readonly faults?: readonly ProblemFault[],
    readonly headers: Readonly<Record<string, string>> = {},
    /** More members of the problem document (RFC 9457 section 3.2). */
    readonly members: Readonly<JsonObject> = {},
  ) {
    super(detail);
    this.status = problems[code].status;
  }
}

/** The 404 of one thing: `notFound('workflow', key)`. */
export function notFound(kind: string, name: string | number): ApiProblem {
  return new ApiProblem('not_found', `There is no ${kind} "${name}".`);
}

/** The found thing, or its 404. */
export function found<T>(thing: T | null, kind: string, name: string | number): T {
  if (thing === null) throw notFound(kind, name);
  return thing;
}
