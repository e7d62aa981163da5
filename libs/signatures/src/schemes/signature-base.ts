import type { SignatureHeaders } from '../contract.js';
import { serializeItem, serializeParameters, type Member } from './structured-field.js';

/** What a signature covers: names of derived components and of headers, and the parameters of the signature itself. */
export interface SignatureInput {
  components: readonly string[];
  parameters: Member['parameters'];
}

/** Of what the components are taken. */
export interface SignedRequest {
  method: string;
  url: string;
  headers: SignatureHeaders;
}

const MOST_COMPONENTS = 32;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const URL_PARTS = /^(https?):\/\/([^/?#]+)([^?#]*)(\?[^#]*)?$/i;

/**
 * Reads a member of `Signature-Input`. Null when it covers something twice, or with parameters (`;sf`, `;key`, `;bs`,
 * `;req`, `;tr`): no sender of webhooks needs them, and each is another way to read one header.
 */
export function readSignatureInput({ list, parameters }: Member): SignatureInput | null {
  if (list === null || list.length > MOST_COMPONENTS) return null;
  const components: string[] = [];
  for (const { item, parameters: own } of list) {
    if (item.type !== 'string' || own.size > 0 || components.includes(item.value)) return null;
    components.push(item.value);
  }
  return { components, parameters };
}

/** True when the method, the whole URL and, where there is one, the body are covered. */
export function coversRequest({ components }: SignatureInput, hasBody: boolean): boolean {
  const covers = (...names: string[]): boolean => names.every((name) => components.includes(name));
  const coversUrl = covers('@target-uri') || covers('@authority', '@path', '@query');
  return covers('@method') && coversUrl && (!hasBody || covers('content-digest'));
}

/** The bytes that are signed (RFC 9421, section 2.5); null when a component is unknown or not in the request. */
export function signatureBase(input: SignatureInput, request: SignedRequest): Buffer | null {
  const lines: string[] = [];
  for (const name of input.components) {
    const value = name.startsWith('@') ? derivedValue(name, request) : headerValue(name, request.headers);
    if (value === null) return null;
    lines.push(`"${name}": ${value}`);
  }
  lines.push(`"@signature-params": ${serializeSignatureInput(input)}`);
  // Header text is bytes as latin1; a character beyond would lose bits, and a line end would forge a line.
  if (lines.some((line) => /[^\t\x20-\x7e\x80-\xff]/.test(line))) return null;
  return Buffer.from(lines.join('\n'), 'latin1');
}

/** The value of `Signature-Input` under its label. */
export function serializeSignatureInput({ components, parameters }: SignatureInput): string {
  const names = components.map((value) => serializeItem({ type: 'string', value }));
  return `(${names.join(' ')})${serializeParameters(parameters)}`;
}

function headerValue(name: string, headers: SignatureHeaders): string | null {
  if (!HEADER_NAME.test(name) || !Object.hasOwn(headers, name)) return null;
  return headers[name]?.replace(/^[ \t]+|[ \t]+$/g, '') ?? null;
}

/** RFC 9421, section 2.2. The path and the query count as they are written, without normalisation. */
function derivedValue(name: string, { method, url }: SignedRequest): string | null {
  if (name === '@method') return method;
  const [, scheme, , pathText, queryText] = URL_PARTS.exec(url) ?? [];
  if (scheme === undefined || !URL.canParse(url)) return null;
  const path = pathText || '/';
  const values = new Map([
    ['@target-uri', url],
    ['@authority', new URL(url).host],
    ['@scheme', scheme.toLowerCase()],
    ['@path', path],
    ['@query', queryText ?? '?'],
    ['@request-target', path + (queryText ?? '')],
  ]);
  return values.get(name) ?? null;
}
