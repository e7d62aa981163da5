import type { SignatureEntry } from '../contract.js';

/** Text that can be a key: not blank. */
export function isUsable(text: unknown): text is string {
  return typeof text === 'string' && text.trim() !== '';
}

/** A text among an entry's options: undefined when it is not there, null when it is blank or no text. */
export function textOption({ options = {} }: SignatureEntry, name: string): string | null | undefined {
  if (!Object.hasOwn(options, name) || options[name] === undefined) return undefined;
  return isUsable(options[name]) ? options[name] : null;
}

/** A number of seconds among an entry's options. */
export function secondsOption({ options = {} }: SignatureEntry, name: string, fallback: number): number {
  const value = options[name];
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : fallback;
}
