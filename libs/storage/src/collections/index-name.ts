import { createHash } from 'node:crypto';

/** The index of a field. Table and field together may be longer than an identifier: a hash stands for them. */
export function indexName(collection: string, field: string, kind: 'unique' | 'index'): string {
  const hash = createHash('sha256').update(`${collection}.${field}`).digest('hex').slice(0, 32);
  return `${kind === 'unique' ? 'uq' : 'ix'}_${hash}`;
}
