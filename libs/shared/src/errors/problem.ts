/**
 * The body of every error answer (RFC 9457). `code` is the stable word programs compare; `detail` says what to do.
 * Never names the secret that failed, nor tells unknown from disabled.
 */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  requestId?: string;
  faults?: unknown;
}

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

/** The problem document of a code; `type` points at the reference of all codes. */
export function problemBody(problem: Omit<ProblemBody, 'type'>): ProblemBody {
  return { type: `urn:hookmill:problem:${problem.code}`, ...problem };
}
