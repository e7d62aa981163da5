import { equalInConstantTime } from '#shared';
import { decodeStrictly } from '../bytes.js';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export interface BasicCredentials {
  username: string;
  password: string;
}

/**
 * Reads an `Authorization: Basic` header (RFC 7617): scheme word in any case, strict base64, UTF-8, split at the first
 * colon so that passwords may hold more. Null for anything else.
 */
export function parseBasicCredentials(header: string | undefined): BasicCredentials | null {
  const match = /^basic +([^ ]+)$/i.exec(header ?? '');
  const bytes = match ? decodeStrictly(match[1]!, 'base64') : null;
  if (!bytes) return null;
  const text = decodeUtf8(bytes);
  const colon = text?.indexOf(':') ?? -1;
  return text === null || colon < 0 ? null : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** True when the header carries exactly these credentials. A blank configured password refuses everything. */
export function verifyBasic(configured: BasicCredentials, header: string | undefined): boolean {
  if (configured.password.trim() === '') return false;
  const presented = parseBasicCredentials(header);
  if (!presented) return false;
  const sameName = equalInConstantTime(configured.username, presented.username);
  const samePassword = equalInConstantTime(configured.password, presented.password);
  return sameName && samePassword;
}

function decodeUtf8(bytes: Buffer): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}
