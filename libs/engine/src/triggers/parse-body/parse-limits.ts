import type { Settings } from '#shared';

/** What the settings JSON_LIMITS, MULTIPART_LIMITS and XML_LIMITS say. */
export interface ParseLimits {
  /** Arrays and objects inside one another. */
  jsonDepth: number;
  /** Object members in the whole body. */
  jsonKeys: number;
  /** Parts of a multipart body, fields and files alike. */
  multipartParts: number;
  /** Bytes of one field. */
  multipartField: number;
  /** Bytes of one file. */
  multipartFile: number;
  /** Bytes of an XML body. */
  xmlBytes: number;
}

/** The limits an operator set: the same for gateway, worker and admin, so that all read a stored request alike. */
export function parseLimits(settings: Pick<Settings, 'JSON_LIMITS' | 'MULTIPART_LIMITS' | 'XML_LIMITS'>): ParseLimits {
  const { depth, keys } = settings.JSON_LIMITS;
  const { parts, field, file } = settings.MULTIPART_LIMITS;
  return {
    jsonDepth: depth,
    jsonKeys: keys,
    multipartParts: parts,
    multipartField: field,
    multipartFile: file === 0 ? Number.POSITIVE_INFINITY : file,
    xmlBytes: settings.XML_LIMITS.bytes,
  };
}
