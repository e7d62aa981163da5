import { randomBytes } from 'node:crypto';

const INSTANCE = /^g[0-9a-f]{32}$/;

/** `g` and 128 random bits in hex: whoever can guess it could wake our waiters. */
export function newInstanceName(): string {
  return `g${randomBytes(16).toString('hex')}`;
}

/** True for what {@link newInstanceName} makes; other names never reach a channel name. */
export function isInstanceName(text: string): boolean {
  return INSTANCE.test(text);
}
