import type { Json, JsonObject } from '#shared';
import type { Random } from './official-provider.js';

const WORDS = ['order', 'Ünïcode', '支付', 'a b', '"quoted"', '\\', '🪝', '<tag>', '%41+&=', '', '\u00a0', '\ufffd'];

export function pick<T>(values: readonly T[], random: Random): T {
  return values[Math.floor(random() * values.length)]!;
}

/** An id of lower-case letters and digits. */
export function sampleId(random: Random, prefix = ''): string {
  return prefix + Array.from({ length: 12 }, () => Math.floor(random() * 36).toString(36)).join('');
}

/** Members that vary in number, kind and script. */
export function sampleObject(random: Random): JsonObject {
  const value = (): Json => pick<Json>([pick(WORDS, random), Math.floor(random() * 1e6) / 100, true, null, []], random);
  const members = Array.from({ length: 1 + Math.floor(random() * 5) }, (_, at) => [`field${at}`, value()]);
  return Object.fromEntries(members) as JsonObject;
}

/** JSON bytes, sometimes with the spaces and escapes that a serialiser of another language writes. */
export function jsonBytes(value: Json, random: Random): Buffer {
  const text = pick([JSON.stringify(value), JSON.stringify(value, null, 2), escaped(JSON.stringify(value))], random);
  return Buffer.from(text);
}

function escaped(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
