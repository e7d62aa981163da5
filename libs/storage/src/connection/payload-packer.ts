/** Where a payload lies in the packed parameter. `-1` as length stands for SQL null. */
export interface PayloadSlice {
  at: number;
  length: number;
}

const ABSENT: PayloadSlice = { at: 0, length: -1 };

/**
 * Lays the payloads of a batch into one binary parameter. They cannot travel inside the JSON parameter: Postgres
 * decodes every string there and has no text for NUL and lone surrogates; as bytes they also need no second escaping.
 */
export class PayloadPacker {
  private readonly parts: Buffer[] = [];
  private size = 0;

  add(payload: Buffer | null): PayloadSlice {
    if (payload === null) return ABSENT;
    const slice = { at: this.size, length: payload.length };
    this.parts.push(payload);
    this.size += payload.length;
    return slice;
  }

  toBuffer(): Buffer {
    return Buffer.concat(this.parts, this.size);
  }
}

/** SQL for the bytes of a slice whose columns are `<prefix>_at` and `<prefix>_length`; null when it is absent. */
export function packedBytes(parameter: string, prefix: string): string {
  return `case when ${prefix}_length >= 0 then substring(${parameter}::bytea from ${prefix}_at + 1 for ${prefix}_length) end`;
}

/** The same slice as `json`, kept to the letter. */
export function packedJson(parameter: string, prefix: string): string {
  return `convert_from(${packedBytes(parameter, prefix)}, 'UTF8')::json`;
}
