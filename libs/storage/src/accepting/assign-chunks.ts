import type { AcceptRow } from './accept-row.js';

/**
 * The chunk id of each row of one statement: its async rows in groups of at most `chunkSize`, each under the execution
 * id of its first row. Null for sync rows, whose senders wait, and for a row that is alone.
 */
export function assignChunks(rows: readonly AcceptRow[], chunkSize: number): (string | null)[] {
  const chunks: (string | null)[] = rows.map(() => null);
  const together = rows.flatMap((row, index) => (row.columns['mode'] === 'async' ? [index] : []));
  for (let first = 0; first < together.length; first += chunkSize) {
    const group = together.slice(first, first + chunkSize);
    if (group.length < 2) continue;
    const id = rows[group[0]!]!.columns['execution_id'] as string;
    for (const index of group) chunks[index] = id;
  }
  return chunks;
}
