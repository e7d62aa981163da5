/** Turns the text of a variable into a value; throws with words that end the sentence "NAME must be ...". */
export type Parse<T> = (text: string) => T;

function expected(what: string): never {
  throw new Error(what);
}

export const text: Parse<string> = (value) => value;

/** A whole number within bounds, both included. */
export const integer =
  (min: number, max: number): Parse<number> =>
  (value) => {
    const parsed = Number(value);
    return /^\d+$/.test(value) && parsed >= min && parsed <= max
      ? parsed
      : expected(`a whole number from ${min} to ${max}`);
  };

export const port: Parse<number> = integer(0, 65_535);

export const url =
  (...protocols: string[]): Parse<string> =>
  (value) => {
    const parsed = URL.canParse(value) ? new URL(value) : null;
    return parsed && protocols.includes(parsed.protocol)
      ? value
      : expected(`a URL starting with ${protocols.join(' or ')}//`);
  };

export const list: Parse<string[]> = (value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

export const oneOf =
  <T extends string>(...allowed: T[]): Parse<T> =>
  (value) =>
    allowed.find((item) => item === value) ?? expected(`one of ${allowed.join(', ')}`);

/** 32 bytes as base64 or hex. */
export const key32: Parse<Buffer> = (value) => {
  const bytes = /^[0-9a-f]{64}$/i.test(value) ? Buffer.from(value, 'hex') : Buffer.from(value, 'base64');
  return bytes.length === 32
    ? bytes
    : expected('32 bytes, as 64 hex digits or as base64 (make one with: openssl rand -base64 32)');
};

export const adminKey: Parse<string> = (value) =>
  value.length >= 24 && !/\s/.test(value) ? value : expected('at least 24 characters without spaces');

const UNITS: Record<string, number> = {
  '': 1,
  kb: 1024,
  mb: 1024 ** 2,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Bytes (`10mb`) or milliseconds (`10s`), or a plain count. */
export function amount(value: string): number {
  const match = /^(\d+)\s*(kb|mb|ms|s|m|h|d)?$/i.exec(value.trim());
  return match
    ? Number(match[1]) * UNITS[(match[2] ?? '').toLowerCase()]!
    : expected('a number, with kb, mb, ms, s, m, h or d after it where it is a size or a time');
}

/** As {@link amount}, at least `least`. */
export const amountFrom =
  (least: string): Parse<number> =>
  (value) => {
    const given = amount(value);
    return given >= amount(least) ? given : expected(`at least ${least}`);
  };

/** Named numbers: `depth=64,keys=10000`. What is left out keeps its default; an unknown name is a fault. */
export const limits =
  <T extends Record<string, number>>(defaults: T): Parse<T> =>
  (value) => {
    const result: Record<string, number> = { ...defaults };
    for (const pair of list(value)) {
      const [name = '', number = ''] = pair.split('=', 2).map((part) => part.trim());
      if (!(name in defaults)) expected(`pairs of ${Object.keys(defaults).join(', ')} (there is no "${name}")`);
      result[name] = amount(number);
    }
    return result as T;
  };
