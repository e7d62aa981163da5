import type { SignedBytesScheme } from '../contract.js';
import { pathOf, queryOf } from '../sender-url.js';
import { renderTemplate, type TemplatePiece } from './signed-bytes-template.js';

/** What a message brings into its signed bytes beside the secret. */
export interface SignedValues {
  pieces: readonly TemplatePiece[];
  method: string;
  url: string;
  body: Buffer;
  timestamp: string | null;
  nonce: string | null;
  id: string | null;
  /** True when a signed hash stands for the body. */
  isHashed: boolean;
}

/** The bytes that are signed, in parts; null when the body is no form that can be read one way only. */
export function signedParts(scheme: SignedBytesScheme, values: SignedValues, secret: string): Buffer[] | null {
  const { pieces, method, url, body, timestamp, nonce, id, isHashed } = values;
  const text = {
    timestamp: timestamp ?? '',
    nonce: nonce ?? '',
    id: id ?? '',
    method,
    url,
    path: pathOf(url),
    query: queryOf(url),
    secret,
  };
  return renderTemplate(pieces, { raw: body, text, unsignedParams: scheme.unsignedParams ?? [], isHashed });
}
