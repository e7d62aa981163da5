import type { DiagnosisHint, Scheme, TimestampRule, ValueSource } from '../contract.js';
import { findValue } from '../find-value.js';
import { ageOf } from '../schemes/timestamp-rule.js';
import type { Refused } from './refused.js';

/** What can be seen without trying anything. */
export function visibleFaults(refused: Refused): DiagnosisHint[] {
  return [...secretFaults(refused), ...headerFaults(refused), ...timeFaults(refused)];
}

function secretFaults({ entry, reason, provider }: Refused): DiagnosisHint[] {
  if (reason === 'unknown_key') {
    return [hint('unknown_key', 'The message names a key that is not configured: add it, written <id>:<key>.')];
  }
  if (reason !== 'misconfigured') return [];
  const hasText = entry.secrets.some((secret) => typeof secret === 'string' && secret.trim() !== '');
  if (hasText) {
    const told = `No secret can be read as a key of ${provider.name}: compare its prefix and its form with the preset's description.`;
    return [hint('unreadable_secret', told)];
  }
  return provider.secrets === 'none'
    ? [hint('misconfigured', `The options of ${provider.name} are incomplete.`)]
    : [hint('no_secret', 'No secret is set: everything is refused until one is.')];
}

function headerFaults({ scheme, entry, message, reason }: Refused): DiagnosisHint[] {
  const wanted = headersOf(scheme, entry.options?.header);
  const doubled = wanted.filter((name) => findValue({ header: name }, message)?.includes(', '));
  if (doubled.length > 0) {
    return doubled.map((name) => hint('doubled_header', `${name} came twice: something on the way adds it again.`));
  }
  if (reason !== 'missing_signature' && reason !== 'missing_timestamp') return [];
  return wanted
    .filter((name) => findValue({ header: name }, message) === null)
    .map((name) =>
      missing(
        name,
        Object.keys(message.headers).filter((other) => isSimilar(other, name)),
      ),
    );
}

function missing(name: string, similar: readonly string[]): DiagnosisHint {
  if (similar.length === 0) {
    return hint('missing_header', `${name} is not there: no secret is set at the sender, or something removes it.`);
  }
  const told = `${name} is not there, but ${similar.join(', ')} is: check the preset, the sender's settings and proxies.`;
  return hint('similar_header', told);
}

/** Headers that the scheme reads. */
function headersOf(scheme: Scheme, option: unknown): string[] {
  const sources: (ValueSource | null | undefined)[] =
    scheme.kind === 'signed-bytes'
      ? [scheme.signature, scheme.timestamp?.from, scheme.nonce, scheme.id, scheme.keyId]
      : scheme.kind === 'token'
        ? [scheme.from]
        : [];
  const own = sources.flatMap((source) => (source ? namesIn(source) : []));
  return scheme.kind === 'token' && typeof option === 'string' ? [option.toLowerCase()] : own;
}

function namesIn(source: ValueSource): string[] {
  if ('header' in source) return [source.header];
  // Of several spellings the first is what the preset's sender writes today.
  return 'first' in source && source.first[0] ? namesIn(source.first[0]) : [];
}

/** The same but for separators, an `x-`, a vendor's or a version's part. */
function isSimilar(one: string, other: string): boolean {
  const parts = (name: string) => name.split(/[^a-z0-9]+/).filter((part) => part !== 'x' && part !== '');
  const [a, b] = [parts(one), parts(other)];
  if (a.join('') === b.join('')) return true;
  const telling = ['signature', 'sign', 'hmac', 'token', 'timestamp', 'time', 'webhook'];
  const shared = a.filter((part) => b.includes(part));
  return shared.some((part) => telling.includes(part) && part !== 'webhook') || shared.length >= 2;
}

function timeFaults({ scheme, message, reason }: Refused): DiagnosisHint[] {
  const rule = scheme.kind === 'signed-bytes' ? scheme.timestamp : null;
  if (!rule || (reason !== 'timestamp_out_of_tolerance' && reason !== 'malformed_timestamp')) return [];
  const text = timeText(scheme, rule, message);
  const unit = text === null ? null : otherUnit(rule, text, message.now);
  if (unit) {
    return [hint('timestamp_unit', `The time is written in ${unit}; this entry takes ${NAMES[rule.unit]}.`)];
  }
  const age = text === null ? null : ageOf(text, rule.unit, message.now);
  if (age === null) return [hint('timestamp_unreadable', `The time is not written in ${NAMES[rule.unit]}.`)];
  const [by, what] = age > 0 ? [age - rule.past, 'old'] : [-age - rule.future, 'far in the future'];
  const told =
    `The time is ${Math.round(Math.abs(age))} seconds away from ours, ${Math.round(by)} too ${what}: ` +
    'compare the clocks of both sides; a request that was kept and sent later, or sent again by somebody else, looks the same.';
  return [hint('timestamp_off', told)];
}

const NAMES: Readonly<Record<TimestampRule['unit'], string>> = {
  s: 'Unix seconds',
  ms: 'Unix milliseconds',
  rfc3339: 'RFC 3339',
};

function timeText(scheme: Scheme, rule: TimestampRule, message: Refused['message']): string | null {
  if (rule.from) return findValue(rule.from, message);
  if (scheme.kind !== 'signed-bytes' || scheme.grammar.kind !== 'pairs') return null;
  const { timestamp, separator } = scheme.grammar;
  const pair = findValue(scheme.signature, message)
    ?.split(separator)
    .find((part) => part.startsWith(`${timestamp}=`));
  return pair?.slice(pair.indexOf('=') + 1) ?? null;
}

/** The unit in which the time would lie within a day of now. */
function otherUnit(rule: TimestampRule, text: string, now: Date): string | null {
  const units = (['s', 'ms', 'rfc3339'] as const).filter((unit) => unit !== rule.unit);
  const fitting = units.find((unit) => Math.abs(ageOf(text, unit, now) ?? Infinity) < 86_400);
  return fitting ? NAMES[fitting] : null;
}

function hint(code: string, message: string): DiagnosisHint {
  return { code, message };
}
