import type { CrashedDocument, JournalCrashReport } from './journal-crash.js';

/** The report as Markdown: a table of boundaries for each document. */
export function renderJournalCrashReport({ seed, documents, violations }: JournalCrashReport): string {
  const total = documents.reduce((sum, { killed }) => sum + kills(killed), 0);
  const met = documents.reduce((sum, { killed }) => sum + killed.size, 0);
  const boundaries = documents.reduce((sum, { order }) => sum + order.length, 0);
  return [
    `Seed ${seed}: ${total} workers killed at ${met} of ${boundaries} boundaries in ${documents.length} documents.`,
    ...documents.map(renderDocument),
    violations.length === 0 ? 'No violation.' : `Violations:\n\n${violations.map((text) => `- ${text}`).join('\n')}`,
  ].join('\n\n');
}

function renderDocument({ key, order, killed }: CrashedDocument): string {
  const rows = order.map((point) => `| ${point} | ${killed.get(point) ?? 0} |`);
  return [`| ${key} | workers killed: ${kills(killed)} |`, '|---|---|', ...rows].join('\n');
}

function kills(killed: ReadonlyMap<string, number>): number {
  return [...killed.values()].reduce((sum, times) => sum + times, 0);
}
