/** One mailbox; `name` is empty when only the address was given. */
export interface MailAddress {
  name: string;
  address: string;
}

/** RFC 5321 4.5.3.1: 64 octets before the @, 255 behind it, 254 in all that a path can carry. */
const LONGEST_ADDRESS = 254;
const LONGEST_LOCAL_PART = 64;
const LONGEST_NAME = 200;
/** RFC 5322 dot-atom; letters beyond ASCII are allowed as SMTPUTF8 (RFC 6531) does. Quoted local parts are not. */
const LOCAL_PART = /^[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const DOMAIN =
  /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?)(?:\.[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?)*$/u;

/**
 * Reads one mailbox, `a@b.c` or `Name <a@b.c>`. Null for anything else: a list (it would let a payload add recipients),
 * control characters and line breaks (they would begin another header, or another SMTP command), a quoted local part.
 */
export function parseMailAddress(text: string): MailAddress | null {
  if (/[\u0000-\u001f\u007f\u0085\u2028\u2029]/.test(text)) return null;
  const [, written = '', bracketed = text] = /^([^<>]*)<([^<>]*)>$/.exec(text.trim()) ?? [];
  const address = bracketed.trim();
  const name = unquote(written.trim());
  return isAddress(address) && name !== null && name.length <= LONGEST_NAME ? { name, address } : null;
}

function unquote(name: string): string | null {
  if (!name.startsWith('"')) return /[",;]/.test(name) ? null : name;
  const quoted = /^"((?:[^"\\]|\\.)*)"$/.exec(name);
  return quoted === null ? null : quoted[1]!.replace(/\\(.)/g, '$1');
}

function isAddress(address: string): boolean {
  const at = address.lastIndexOf('@');
  const local = address.slice(0, Math.max(at, 0));
  return (
    at > 0 &&
    Buffer.byteLength(address) <= LONGEST_ADDRESS &&
    Buffer.byteLength(local) <= LONGEST_LOCAL_PART &&
    LOCAL_PART.test(local) &&
    DOMAIN.test(address.slice(at + 1))
  );
}
