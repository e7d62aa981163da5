/** Why a body was not parsed: what the sender is answered. */
export interface ParseRefusal {
  ok: false;
  status: 400 | 413 | 415;
  code:
    | 'malformed_body'
    | 'body_too_complex'
    | 'unsupported_media_type'
    | 'too_many_parts'
    | 'part_too_large'
    | 'xml_too_large';
  /** Never quotes the body: the answer goes to whoever sent it, and to logs. */
  detail: string;
}

const STATUS = {
  malformed_body: 400,
  body_too_complex: 400,
  unsupported_media_type: 415,
  too_many_parts: 413,
  part_too_large: 413,
  xml_too_large: 413,
} as const satisfies Record<ParseRefusal['code'], ParseRefusal['status']>;

export function refuse(code: ParseRefusal['code'], detail: string): ParseRefusal {
  return { ok: false, status: STATUS[code], code, detail };
}
