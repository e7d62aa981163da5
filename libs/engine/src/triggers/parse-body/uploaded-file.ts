import type { JsonObject } from '#shared';

const MEDIA_TYPE = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+\/[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:[ \t]*;[\x20-\x7e]*)?$/;
/** As most file systems have it. */
const LONGEST_NAME = 255;

/**
 * A file of `$context.files`: `{filename, contentType, size, data}`, data in base64. `data` is an own, enumerable getter:
 * templates, JSON and scripts see a plain member, and whoever only looks at names and sizes does not pay for it.
 */
export function uploadedFile(filename: string, contentType: string | null, content: Buffer): JsonObject {
  let base64: string | undefined;
  return {
    filename: baseName(filename),
    contentType: contentType !== null && MEDIA_TYPE.test(contentType) ? contentType : 'application/octet-stream',
    size: content.length,
    get data() {
      return (base64 ??= content.toString('base64'));
    },
  };
}

/** The last segment, on either kind of system, without what could end, hide or turn round a name. Never a path. */
function baseName(filename: string): string {
  const visible = filename.replace(/[\p{Cc}\p{Bidi_Control}\p{Cs}]/gu, '');
  const name = visible.slice(Math.max(visible.lastIndexOf('/'), visible.lastIndexOf('\\')) + 1).trim();
  return /^\.*$/.test(name) ? 'file' : Array.from(name).slice(0, LONGEST_NAME).join('');
}
