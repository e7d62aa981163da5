import { randomBytes } from 'node:crypto';
import { equalInConstantTime, isJsonObject, type JsonObject } from '#shared';
import type {
  FeishuScheme,
  SchemeHandler,
  SignatureEntry,
  SignatureFault,
  SignatureVerdict,
  SignedMessage,
} from '../contract.js';
import { textOption } from './entry-options.js';
import { closeFeishu, feishuSignature, openFeishu } from './feishu-cipher.js';
import { memberOf, readJsonObject, textMember } from './json-text.js';
import { misconfigured, refused } from './verdict.js';

/**
 * Feishu sends again after 15 s, 5 min, 1 h and 6 h, and does not say whether it signs anew: a repetition must not be
 * refused for its age. What is replayed inside this time has the same signed event id, and so starts nothing.
 */
const PAST_SECONDS = 26_100;
const FUTURE_SECONDS = 300;
const TIMESTAMP = /^[1-9][0-9]{0,10}$/;
const SHA256_HEX = /^[0-9a-f]{64}$/;
const JSON_TYPE = 'application/json; charset=utf-8';

interface Settings {
  encryptKey: string | null;
  verificationToken: string | null;
}

/**
 * Events of Feishu and Lark. With an encrypt key the signature over the raw body is asked for, always; with a
 * verification token the body (decrypted where it is encrypted) must hold it. With both, both.
 */
export const feishuHandler: SchemeHandler<FeishuScheme> = {
  headersOnly: false,
  verify(_scheme, entry, message) {
    const settings = readSettings(entry);
    if (!settings) return misconfigured(message.rawBody);
    const fault = settings.encryptKey === null ? null : signatureFault(settings.encryptKey, message);
    return fault ? refused(fault) : verdictOnBody(settings, message.rawBody);
  },
  open(entry, { rawBody }) {
    const encryptKey = readSettings(entry)?.encryptKey ?? null;
    const ciphertext = encryptKey === null ? null : ciphertextOf(readJsonObject(rawBody));
    const body = encryptKey === null || ciphertext === null ? null : openFeishu(encryptKey, ciphertext);
    return body && { body, contentType: JSON_TYPE };
  },
  sign(_scheme, entry, request, now) {
    const settings = readSettings(entry);
    const fields = readJsonObject(request.body);
    if (!settings || !fields) throw new Error('Signing for Feishu takes a key or a token, and a JSON object.');
    const { encryptKey } = settings;
    const plain = Buffer.from(JSON.stringify(withToken(fields, settings.verificationToken)), 'utf8');
    const headers = { ...request.headers, 'content-type': JSON_TYPE };
    if (encryptKey === null) return { ...request, headers, body: plain };
    const body = Buffer.from(JSON.stringify({ encrypt: closeFeishu(encryptKey, plain) }), 'utf8');
    const timestamp = String(Math.floor(now.getTime() / 1000));
    const nonce = randomBytes(8).toString('hex');
    return {
      ...request,
      headers: {
        ...headers,
        'x-lark-request-timestamp': timestamp,
        'x-lark-request-nonce': nonce,
        'x-lark-signature': feishuSignature(timestamp, nonce, encryptKey, body),
      },
      body,
    };
  },
};

/** Null when nothing is set up, or anything of it is blank. */
function readSettings(entry: SignatureEntry): Settings | null {
  const encryptKey = textOption(entry, 'encryptKey');
  const verificationToken = textOption(entry, 'verificationToken');
  if (encryptKey === null || verificationToken === null) return null;
  if (encryptKey === undefined && verificationToken === undefined) return null;
  return { encryptKey: encryptKey ?? null, verificationToken: verificationToken ?? null };
}

function signatureFault(encryptKey: string, { headers, rawBody, now }: SignedMessage): SignatureFault | null {
  const signature = headers['x-lark-signature'];
  const timestamp = headers['x-lark-request-timestamp'];
  const nonce = headers['x-lark-request-nonce'];
  if (!signature) return 'missing_signature';
  if (!timestamp) return 'missing_timestamp';
  if (!nonce || !SHA256_HEX.test(signature)) return 'malformed_signature';
  if (!TIMESTAMP.test(timestamp)) return 'malformed_timestamp';
  const age = Math.floor(now.getTime() / 1000) - Number(timestamp);
  if (age > PAST_SECONDS || age < -FUTURE_SECONDS) return 'timestamp_out_of_tolerance';
  const expected = feishuSignature(timestamp, nonce, encryptKey, rawBody);
  return equalInConstantTime(expected, signature) ? null : 'mismatch';
}

function verdictOnBody({ encryptKey, verificationToken }: Settings, rawBody: Buffer): SignatureVerdict {
  const outer = readJsonObject(rawBody);
  const ciphertext = ciphertextOf(outer);
  if (ciphertext === null) return verdictOnPlain(verificationToken, outer);
  if (encryptKey === null) return refused('unknown_key');
  const opened = openFeishu(encryptKey, ciphertext);
  if (!opened) return refused('mismatch');
  const verdict = verdictOnPlain(verificationToken, readJsonObject(opened));
  return verdict.ok ? { ...verdict, decrypted: { body: opened, contentType: JSON_TYPE } } : verdict;
}

function verdictOnPlain(verificationToken: string | null, body: JsonObject | null): SignatureVerdict {
  if (!body) return refused('malformed_body');
  const isRight = verificationToken === null || equalInConstantTime(verificationToken, tokenOf(body) ?? '');
  return isRight ? { ok: true, secretIndex: null } : refused('mismatch');
}

function ciphertextOf(body: JsonObject | null): string | null {
  return textMember(body ?? undefined, 'encrypt');
}

/** Version 2 of events has it in `header`, version 1 at the top; an event with a header counts as version 2. */
function tokenOf(body: JsonObject): string | null {
  const header = memberOf(body, 'header');
  return textMember(header === undefined ? body : header, 'token');
}

function withToken(fields: JsonObject, token: string | null): JsonObject {
  if (token === null) return fields;
  const { header } = fields;
  return isJsonObject(header) ? { ...fields, header: { ...header, token } } : { ...fields, token };
}
