import { parsePath, templatePaths } from '#engine';
import type { DiagnosisHint } from '#signatures';
import type { SecretRecord } from '#storage';

/** What is known of `$env` here. Values are only looked at for being there. */
export interface KnownSecrets {
  /** Values in force now. */
  values: ReadonlyMap<string, string>;
  records: readonly SecretRecord[];
  /** Names of HOOKMILL_ENV_ALLOW: their values are in the environment of the gateways. */
  variables: readonly string[];
  now: Date;
}

/** Names read as `{{$env.NAME}}` in a value, each once. */
export function envNamesIn(value: unknown): string[] {
  const names = templatePaths(value).flatMap((path) => {
    const [root, name] = parsePath(path) ?? [];
    return root === '$env' && name !== undefined ? [name] : [];
  });
  return [...new Set(names)];
}

/** One hint for every secret of an entry that is not in force; none when all are. Names only. */
export function secretHints(entry: unknown, known: KnownSecrets): DiagnosisHint[] {
  return envNamesIn(entry).flatMap((name) => secretHint(name, known) ?? []);
}

function secretHint(name: string, { values, records, variables, now }: KnownSecrets): DiagnosisHint | null {
  const value = values.get(name);
  if (value !== undefined) {
    if (value.trim() !== '') return null;
    return {
      code: 'secret_blank',
      message: `The secret ${name} is blank, and a blank one never matches: store its value.`,
    };
  }
  const record = records.find((candidate) => candidate.name === name);
  if (!record) return missingHint(name, variables);
  if (record.notAfter !== null && record.notAfter <= now) {
    const message = `The secret ${name} ran out at ${record.notAfter.toISOString()}: store a new one, or a later end.`;
    return { code: 'secret_expired', message };
  }
  const from = record.notBefore?.toISOString() ?? 'a later time';
  return { code: 'secret_not_in_force', message: `The secret ${name} is in force from ${from} on, not yet.` };
}

function missingHint(name: string, variables: readonly string[]): DiagnosisHint {
  if (variables.includes(name)) {
    const message = `${name} is no secret but a variable of the gateways' environment, which is not known here.`;
    return { code: 'variable_not_known', message };
  }
  const message = `There is no secret named ${name}: store it with PUT /api/v1/secrets/${name}.`;
  return { code: 'secret_missing', message };
}
