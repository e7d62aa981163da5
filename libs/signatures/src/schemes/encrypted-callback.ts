import { randomBytes } from 'node:crypto';
import { equalInConstantTime } from '#shared';
import type {
  EncryptedCallbackScheme,
  SchemeHandler,
  SignatureEntry,
  SignatureFault,
  SignatureVerdict,
  SignedMessage,
  UnsignedRequest,
} from '../contract.js';
import { callbackSignature, closeCallback, openCallback, readCallbackKey } from './callback-cipher.js';
import { readCiphertext } from './encrypted-callback-body.js';
import { textOption } from './entry-options.js';
import { misconfigured, refused } from './verdict.js';

/**
 * Seconds in both directions. WeCom asks again within 15 seconds; that a repetition has a time of its own is not
 * documented, so more than those is allowed, and what comes again inside has the same message id.
 */
const TOLERANCE = 300;
const TIMESTAMP = /^[1-9][0-9]{0,10}$/;
const SHA1_HEX = /^[0-9a-f]{40}$/;

/**
 * What an echo may be: a number at WeCom. Messages never look so, so that a message caught on its way cannot be had back
 * in the clear by asking for it as an echo: both are signed alike.
 */
const ECHO = /^[A-Za-z0-9_+/=.-]{1,1024}$/;

interface Settings {
  token: string;
  key: Buffer;
  receiveId: string;
}

interface Envelope {
  presented: string;
  timestamp: string;
  nonce: string;
  ciphertext: string;
}

/**
 * Encrypted callbacks of WeCom. The signature covers the ciphertext and is checked before anything is decrypted; after
 * it every fault of the plaintext is a `mismatch`, as a wrong signature is, so that nobody learns which.
 */
export const encryptedCallbackHandler: SchemeHandler<EncryptedCallbackScheme> = {
  headersOnly: false,
  verify(_scheme, entry, message) {
    const settings = readSettings(entry);
    if (!settings) return misconfigured(message.rawBody);
    const isEcho = message.method === 'GET';
    const envelope = readEnvelope(message, isEcho);
    if (typeof envelope === 'string') return refused(envelope);
    const { presented, timestamp, nonce, ciphertext } = envelope;
    const fault = timestampFault(timestamp, message.now);
    if (fault) return refused(fault);
    const expected = callbackSignature(settings.token, timestamp, nonce, ciphertext);
    return equalInConstantTime(expected, presented) ? verdictOf(settings, ciphertext, isEcho) : refused('mismatch');
  },
  sign(_scheme, entry, request, now) {
    const settings = readSettings(entry);
    if (!settings) throw new Error('Signing a callback takes a token, an encodingAESKey and a receiveId.');
    const ciphertext = closeCallback(settings.key, request.body, settings.receiveId);
    const timestamp = String(Math.floor(now.getTime() / 1000));
    const nonce = randomBytes(8).readBigUInt64BE().toString();
    const url = new URL(request.url);
    url.searchParams.set('msg_signature', callbackSignature(settings.token, timestamp, nonce, ciphertext));
    url.searchParams.set('timestamp', timestamp);
    url.searchParams.set('nonce', nonce);
    if (request.method === 'GET') url.searchParams.set('echostr', ciphertext);
    return { ...request, url: url.href, ...closedBody(request, ciphertext, settings) };
  },
};

function readSettings(entry: SignatureEntry): Settings | null {
  const [token, keyText, receiveId] = ['token', 'encodingAESKey', 'receiveId'].map((name) => textOption(entry, name));
  const key = keyText ? readCallbackKey(keyText) : null;
  return token && key && receiveId ? { token, key, receiveId } : null;
}

function readEnvelope({ url, rawBody }: SignedMessage, isEcho: boolean): Envelope | SignatureFault {
  const query = new URLSearchParams(queryOf(url));
  const presented = single(query, 'msg_signature');
  const timestamp = single(query, 'timestamp');
  const nonce = single(query, 'nonce');
  const ciphertext = isEcho ? single(query, 'echostr') : readCiphertext(rawBody);
  if (!presented) return 'missing_signature';
  if (!timestamp) return 'missing_timestamp';
  if (!ciphertext) return isEcho ? 'missing_signature' : 'malformed_body';
  return nonce && SHA1_HEX.test(presented) ? { presented, timestamp, nonce, ciphertext } : 'malformed_signature';
}

function timestampFault(text: string, now: Date): SignatureFault | null {
  if (!TIMESTAMP.test(text)) return 'malformed_timestamp';
  const age = Math.floor(now.getTime() / 1000) - Number(text);
  return Math.abs(age) <= TOLERANCE ? null : 'timestamp_out_of_tolerance';
}

function verdictOf({ key, receiveId }: Settings, ciphertext: string, isEcho: boolean): SignatureVerdict {
  const opened = openCallback(key, ciphertext);
  const contentType = opened && typeOf(opened.message, isEcho);
  if (!opened || contentType === null) return refused('mismatch');
  // Everything else is right, so whoever sent this has the token: it tells the operator of a mixed-up account.
  if (!equalInConstantTime(opened.receiver.toString('latin1'), Buffer.from(receiveId, 'utf8').toString('latin1'))) {
    return refused('wrong_receiver');
  }
  return { ok: true, secretIndex: null, decrypted: { body: opened.message, contentType } };
}

/** Null when a message is neither XML nor JSON, or an echo is anything but a word. */
function typeOf(message: Buffer, isEcho: boolean): string | null {
  const text = message.toString('latin1');
  if (isEcho) return ECHO.test(text) ? 'text/plain; charset=utf-8' : null;
  if (/^\s*</.test(text)) return 'text/xml; charset=utf-8';
  return /^\s*\{/.test(text) ? 'application/json; charset=utf-8' : null;
}

function closedBody(
  { method, headers, body }: UnsignedRequest,
  ciphertext: string,
  { receiveId }: Settings,
): Pick<UnsignedRequest, 'headers' | 'body'> {
  if (method === 'GET') return { headers, body: Buffer.alloc(0) };
  if (/^\s*\{/.test(body.toString('latin1'))) {
    const contentType = 'application/json; charset=utf-8';
    const closed = Buffer.from(JSON.stringify({ encrypt: ciphertext }), 'utf8');
    return { headers: { ...headers, 'content-type': contentType }, body: closed };
  }
  const fields = `<ToUserName><![CDATA[${receiveId}]]></ToUserName><Encrypt><![CDATA[${ciphertext}]]></Encrypt>`;
  const closed = Buffer.from(`<xml>${fields}</xml>`, 'utf8');
  return { headers: { ...headers, 'content-type': 'text/xml; charset=utf-8' }, body: closed };
}

function queryOf(url: SignedMessage['url']): string {
  const start = url.indexOf('?');
  return start < 0 ? '' : url.slice(start + 1).replace(/#.*$/s, '');
}

/** A doubled parameter says two things, and so nothing. */
function single(query: URLSearchParams, name: string): string | null {
  const values = query.getAll(name);
  return values.length === 1 ? values[0] || null : null;
}
