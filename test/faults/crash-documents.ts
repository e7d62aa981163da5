import type { CrashDocument } from './crash-document.js';
import { DOCUMENTS_WITH_EFFECTS } from './documents-with-effects.js';
import { DOCUMENTS_WITH_WRITES } from './documents-with-writes.js';
import { PURE_DOCUMENT } from './pure-document.js';

/** Every kind of node, each among those whose crash means the same. */
export const CRASH_DOCUMENTS: readonly CrashDocument[] = [
  PURE_DOCUMENT,
  ...DOCUMENTS_WITH_EFFECTS,
  ...DOCUMENTS_WITH_WRITES,
];
