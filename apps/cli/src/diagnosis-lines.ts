import { printable } from './terminal.js';

/** One check of a request, as the API and the offline check tell it. */
export interface DiagnosisEntry {
  type: string;
  provider: string | null;
  verdict: 'accepted' | 'refused' | 'not_decidable';
  reason: string | null;
  secretName: string | null;
  hints: readonly { code: string; message: string }[];
}

/** A check in lines that people read: verdict and reason, and below it what to do. */
export function diagnosisLines({ type, provider, verdict, reason, secretName, hints }: DiagnosisEntry): string[] {
  const name = provider === null || provider === type ? type : `${type} ${provider}`;
  const more = reason ?? (secretName === null ? '' : `by ${secretName}`);
  const shown = `${verdict.replace('_', ' ').padEnd(13)}  ${name}${more === '' ? '' : `  (${more})`}`;
  return [printable(shown), ...hints.map(({ code, message }) => printable(`  ${message} (${code})`))];
}
