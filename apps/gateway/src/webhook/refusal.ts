import { problemBody, PROBLEM_CONTENT_TYPE } from '#shared';
import type { Reply } from '#engine';
import { refusals, type RefusalCode, type RefusalEntry } from './refusals.js';

/** What one occurrence adds to its catalogue entry. */
export interface RefusalParts {
  headers?: Readonly<Record<string, string>>;
  /** Shown to the sender: `pointer: message` each. */
  faults?: readonly string[];
  /** For the log only. */
  why?: string;
  /** Where it happened at another gate than the catalogue says. */
  gate?: number;
}

/** Most faults told to a sender; a hostile body could cause thousands. */
const MAX_FAULTS = 20;

/** The one expected failure of the webhook path: a code of the catalogue. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly entry: RefusalEntry;

  constructor(
    readonly code: RefusalCode,
    readonly parts: RefusalParts = {},
  ) {
    super(code);
    this.entry = refusals[code];
  }

  /** The answer, as problem document (RFC 9457). */
  toReply(requestId: string): Reply {
    const { status, title, detail, headers } = this.entry;
    const faults = this.parts.faults?.slice(0, MAX_FAULTS);
    const problem = problemBody({ title, status, code: this.code, detail, requestId, ...(faults ? { faults } : {}) });
    return {
      status,
      headers: { 'content-type': PROBLEM_CONTENT_TYPE, ...headers, ...this.parts.headers },
      body: JSON.stringify(problem),
    };
  }
}
