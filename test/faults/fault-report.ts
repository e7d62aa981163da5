import { cpus } from 'node:os';
import type { Recovery } from './recovery-times.js';
import type { FaultKind } from './schedule.js';
import type { Verdict } from './verdict.js';

/** What a fault run found. */
export interface FaultReport {
  seed: number;
  rate: number;
  /** Of load, without the start and the drains. */
  minutes: number;
  verdict: Verdict;
  recoveries: ReadonlyMap<FaultKind, Recovery>;
}

const COLUMNS = [
  'sent',
  'accepted',
  'refused',
  'connection lost',
  'lost',
  'doubled',
  'unanswered',
  'stuck',
  'unexplained',
  'defect',
];

/** The whole report as Markdown. */
export function renderFaultReport({ seed, rate, minutes, verdict, recoveries }: FaultReport): string {
  const cores = cpus();
  const endings = [...verdict.counts].filter(([what]) =>
    /^(resolved|failed|error|aborted|canceled|rejected|retry_needed)/.test(what),
  );
  return [
    `Seed ${seed}, ${minutes.toFixed(1)} minutes at ${rate} events/s; ${cores.length} x ${cores[0]?.model ?? 'unknown'}.`,
    table(COLUMNS, [COLUMNS.map((column) => verdict.of(column))]),
    table(
      ['ended as', 'executions'],
      endings.sort().map(([what, count]) => [what, count]),
    ),
    `Repeatable effects that were called more than once: ${verdict.of('repeated calls')}.`,
    table(
      ['fault', 'times', 'open when it was over', 'recovered in (s, slowest)'],
      [...recoveries]
        .sort()
        .map(([kind, { times, open, slowestMs }]) => [kind, times, open, (slowestMs / 1000).toFixed(1)]),
    ),
    verdict.violations.length === 0
      ? 'No violation.'
      : `Violations:\n\n${verdict.violations.map(({ kind, text }) => `- ${kind}: ${text}`).join('\n')}`,
  ].join('\n\n');
}

function table(head: readonly string[], rows: readonly (string | number)[][]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}
