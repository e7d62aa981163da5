import { createHash } from 'node:crypto';
import { isJsonObject, type Json } from '#shared';
import { EngineError } from '../contract/engine-error.js';

/** One part of a multipart form, ready to be written. */
export type FormPart =
  { name: string; text: string } | { name: string; filename: string; contentType: string; bytes: Buffer };

const MEDIA_TYPE = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+\/[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:; ?[\x20-\x7e]*)?$/;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

/**
 * The file parts of one field: `file` is a file as `$context.files` holds it (`{filename, contentType, data}`, data in
 * base64), a list of them, or text, which is sent as a text file named after the field. Throws EngineError `invalid_data`.
 */
export function fileParts(name: string, file: Json): FormPart[] {
  if (Array.isArray(file)) return file.map((each) => filePart(name, each));
  return [filePart(name, file)];
}

/** RFC 7578; names are escaped as HTML says (multipart/form-data encoding algorithm), which all receivers read. */
export function encodeMultipart(parts: readonly FormPart[]): { contentType: string; body: Buffer } {
  const boundary = boundaryFor(parts);
  const chunks = parts.flatMap((part) => [
    Buffer.from(`--${boundary}\r\n${headOf(part)}\r\n\r\n`),
    contentOf(part),
    Buffer.from('\r\n'),
  ]);
  const body = Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]);
  return { contentType: `multipart/form-data; boundary=${boundary}`, body };
}

function filePart(name: string, file: Json): FormPart {
  if (typeof file === 'string') {
    return { name, filename: name, contentType: 'text/plain; charset=utf-8', bytes: Buffer.from(file) };
  }
  const data = isJsonObject(file) ? file['data'] : undefined;
  if (!isJsonObject(file) || typeof data !== 'string' || !BASE64.test(data)) {
    throw new EngineError('invalid_data', `The file of "${name}" is neither text nor {filename, contentType, data}.`);
  }
  const { filename, contentType } = file;
  return {
    name,
    filename: typeof filename === 'string' && filename !== '' ? filename : name,
    // The type came with an upload: one that is no media type must not write a header of its own.
    contentType:
      typeof contentType === 'string' && MEDIA_TYPE.test(contentType) ? contentType : 'application/octet-stream',
    bytes: Buffer.from(data, 'base64'),
  };
}

function headOf(part: FormPart): string {
  const disposition = `content-disposition: form-data; name="${escape(part.name)}"`;
  if ('text' in part) return disposition;
  return `${disposition}; filename="${escape(part.filename)}"\r\ncontent-type: ${part.contentType}`;
}

function contentOf(part: FormPart): Buffer {
  return 'text' in part ? Buffer.from(part.text) : part.bytes;
}

function escape(text: string): string {
  return text.replace(/\r\n|\r|\n/g, '%0D%0A').replaceAll('"', '%22');
}

/** From the content itself, so that a repeated try sends the same bytes; changed until no part holds it. */
function boundaryFor(parts: readonly FormPart[]): string {
  const content = Buffer.concat(parts.flatMap((part) => [Buffer.from(`\r\n${headOf(part)}\r\n`), contentOf(part)]));
  for (let salt = 0; ; salt += 1) {
    const hash = createHash('sha256').update(`${salt}`).update(content).digest('hex').slice(0, 32);
    const boundary = `hookmill-${hash}`;
    if (!content.includes(boundary)) return boundary;
  }
}
