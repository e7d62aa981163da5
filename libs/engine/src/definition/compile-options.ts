import { isJsonObject, type Json } from '#shared';
import type { CompiledOptions } from '../contract/compiled-workflow.js';
import type { Fault, WorkflowOptions } from '../contract/workflow-document.js';
import { parseDuration } from './parse-duration.js';

/** 100 years of 365 days in milliseconds: within what a database adds to a date. */
const LONGEST_RETENTION_MS = 36_500 * 86_400_000;

/** Faults of `options` beyond the schema. */
export function checkOptions(options: Json | undefined): Fault[] {
  if (!isJsonObject(options) || typeof options.retention !== 'string') return [];
  const pointer = '/options/retention';
  const retention = parseDuration(options.retention);
  if (retention === null) return [{ pointer, code: 'invalid', message: 'write a duration such as 12h or 30d' }];
  return retention > LONGEST_RETENTION_MS ? [{ pointer, code: 'limit', message: 'write at most 36500d' }] : [];
}

/** The options with the defaults of contract.md 2 filled in. Only for options without faults. */
export function compileOptions(options: WorkflowOptions): CompiledOptions {
  const { timeout = 0, stackLimit = 1, deleteExecutionOnStatus = [], retention, errorWorkflow = null } = options;
  return Object.freeze({
    timeout,
    stackLimit,
    deleteExecutionOnStatus,
    retentionMs: parseDuration(retention),
    errorWorkflow,
  });
}
