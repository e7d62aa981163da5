import { decodeStrictly } from '../bytes.js';
import type { SignatureFault, SignedBytesScheme } from '../contract.js';

/** Of several presented signatures this many are looked at; a sender that rolls its keys sends two or three. */
const MAX_SIGNATURES = 20;

/** No signature is longer; twenty of the longest fit. */
const MAX_TEXT = 16 * 1024;

/** One presented signature and the label of the keys that may have made it. */
export interface PresentedSignature {
  label: string;
  bytes: Buffer;
}

/** What the place of a signature holds. */
export interface PresentedSignatures {
  signatures: readonly PresentedSignature[];
  /** Of the grammar's own time pair: every one. */
  timestamps: readonly string[];
}

interface LabelledText {
  label: string;
  text: string;
}

/**
 * Reads the signatures out of their place. In a list, one that is malformed neither saves nor sinks the others. White
 * space where the grammar has none refuses the whole: it is what two headers joined to one look like; so does what is
 * no ASCII.
 */
export function readSignatures(scheme: SignedBytesScheme, text: string): PresentedSignatures | SignatureFault {
  if (text.length > MAX_TEXT) return 'malformed_signature';
  const parts = partsOf(scheme, text);
  if (!parts) return 'malformed_signature';
  const { grammar } = scheme;
  const labels = new Set(scheme.keys.map((key) => key.label));
  const known = parts.filter((part) => labels.has(part.label)).slice(0, MAX_SIGNATURES);
  if (known.length === 0) return parts.length > 0 ? 'wrong_algorithm' : 'malformed_signature';
  const signatures = known.flatMap(({ label, text: encoded }) => {
    const bytes = isForeignCase(scheme, encoded) ? null : decodeStrictly(encoded, scheme.encoding);
    return bytes ? [{ label, bytes }] : [];
  });
  if (signatures.length === 0) return 'malformed_signature';
  const timestampName = grammar.kind === 'pairs' ? grammar.timestamp : null;
  return { signatures, timestamps: parts.filter(({ label }) => label === timestampName).map((part) => part.text) };
}

/** Senders of presets write hexadecimal in lower case, and their own libraries compare it as text. */
function isForeignCase({ encoding, anyHexCase }: SignedBytesScheme, encoded: string): boolean {
  return encoding === 'hex' && anyHexCase !== true && /[A-F]/.test(encoded);
}

function partsOf({ grammar }: SignedBytesScheme, text: string): LabelledText[] | null {
  if (grammar.kind === 'plain') {
    return text.startsWith(grammar.prefix) ? [{ label: '', text: text.slice(grammar.prefix.length) }] : null;
  }
  if (grammar.kind === 'pairs') return /[^!-~]/.test(text) ? null : labelled(text.split(grammar.separator), '=');
  return /,(?: |$)|[^ -~]/.test(text) ? null : labelled(text.split(' '), ',');
}

function labelled(parts: readonly string[], separator: string): LabelledText[] {
  return parts.flatMap((part) => {
    const at = part.indexOf(separator);
    return at > 0 ? [{ label: part.slice(0, at), text: part.slice(at + 1) }] : [];
  });
}

/** Writes one signature into the grammar, with the time where the grammar carries it. */
export function writeSignature(
  { grammar, encoding }: SignedBytesScheme,
  { label, bytes }: PresentedSignature,
  timestamp: string | null,
): string {
  const text = bytes.toString(encoding);
  if (grammar.kind === 'plain') return grammar.prefix + text;
  if (grammar.kind === 'versions') return `${label},${text}`;
  const time = grammar.timestamp === null ? [] : [`${grammar.timestamp}=${timestamp ?? ''}`];
  return [...time, `${label}=${text}`].join(grammar.separator);
}
