/** A word before makes it part of a lock or a conflict clause. */
const WRITE = /(?<!for |key |do )\b(insert into|update|delete from) ([\w.]+)/;
const READ = /\bfrom ([\w.]+)/;
const DATA = /^data\./;

/** A short name for a statement without one: what it does to which table, such as `insert tasks` or `select executions`. */
export function describeStatement(text: string): string {
  const plain = text.replaceAll('"', '').replaceAll(/\s+/g, ' ').trim().toLowerCase();
  const [, verb, table] = WRITE.exec(plain) ?? [];
  if (verb !== undefined) return `${verb.split(' ')[0]} ${table!.replace(DATA, '')}`;
  const [, source] = READ.exec(plain) ?? [];
  if (source !== undefined) return `select ${source.replace(DATA, '')}`;
  return plain.split(' ')[0] || 'nothing';
}
