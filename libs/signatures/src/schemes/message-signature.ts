import { createHmac, randomUUID, timingSafeEqual, type KeyObject } from 'node:crypto';
import type {
  MessageSignatureScheme,
  SchemeHandler,
  SignatureEntry,
  SignatureFault,
  SignatureVerdict,
  SignedMessage,
} from '../contract.js';
import { contentDigest, contentDigestFault } from './content-digest.js';
import { isUsable, secondsOption, textOption } from './entry-options.js';
import { fitsAlgorithm, signPinned, verifyPinned, type PinnedAlgorithm } from './pinned-algorithms.js';
import { readPublicKey } from './public-key.js';
import {
  coversRequest,
  readSignatureInput,
  serializeSignatureInput,
  signatureBase,
  type SignatureInput,
} from './signature-base.js';
import { parseDictionary, type BareItem, type Member } from './structured-field.js';
import { misconfigured, refused } from './verdict.js';

/** RFC 9421, section 3.3, in our names. */
const ALGORITHMS: ReadonlyMap<string, PinnedAlgorithm> = new Map([
  ['ed25519', 'ed25519'],
  ['ecdsa-p256-sha256', 'ecdsa-p256-sha256'],
  ['ecdsa-p384-sha384', 'ecdsa-p384-sha384'],
  ['rsa-pss-sha512', 'rsa-pss-sha512'],
  ['rsa-v1_5-sha256', 'rsa-pkcs1-sha256'],
]);
const HMAC = 'hmac-sha256';
const TOLERANCE_SECONDS = 300;
const LABEL = /^[a-z*][a-z0-9_.*-]*$/;

interface Settings {
  algorithm: string;
  publicKey: KeyObject | null;
  keyId: string | null;
  label: string | null;
  tolerance: number;
}

/**
 * HTTP message signatures. One signature counts: that under `label`, else the only one that names the entry's `keyid`
 * and algorithm, as far as it names any; two that do are refused, others are passed over.
 */
export const messageSignatureHandler: SchemeHandler<MessageSignatureScheme> = {
  headersOnly: false,
  verify(_scheme, entry, message) {
    const settings = readSettings(entry);
    if (!settings) return misconfigured(message.rawBody);
    const chosen = chooseSignature(settings, message);
    if ('ok' in chosen) return chosen;
    const fault = parametersFault(chosen.input, settings, message.now) ?? bodyFault(chosen.input, message);
    if (fault) return refused(fault);
    const base = signatureBase(chosen.input, message);
    if (!base) return refused('malformed_signature');
    const secretIndex = matchingKey(entry, settings, base, chosen.signature);
    if (secretIndex === undefined) return refused('mismatch');
    const nonce = chosen.input.parameters.get('nonce');
    const signedId = nonce?.type === 'string' && nonce.value !== '' ? { signedId: nonce.value } : {};
    return { ok: true, secretIndex, ...signedId };
  },
  sign(_scheme, entry, request, now) {
    const settings = readSettings(entry);
    if (!settings) throw new Error('This entry of message signatures contradicts itself and cannot sign.');
    const headers = { ...request.headers };
    if (request.body.length > 0) headers['content-digest'] = contentDigest(request.body);
    const covered = ['content-type', 'content-digest'].filter((name) => headers[name] !== undefined);
    const keyId = settings.keyId ?? entry.keyId;
    const parameters = new Map<string, BareItem>([
      ['created', { type: 'integer', value: Math.floor(now.getTime() / 1000) }],
      ['nonce', { type: 'string', value: randomUUID() }],
      ['alg', { type: 'string', value: settings.algorithm }],
    ]);
    if (keyId !== undefined) parameters.set('keyid', { type: 'string', value: keyId });
    const input = { components: ['@method', '@target-uri', ...covered], parameters };
    const base = signatureBase(input, { ...request, headers });
    if (!base) throw new Error('The request has a header or a URL that cannot be signed.');
    const label = settings.label ?? 'sig1';
    headers['signature-input'] = `${label}=${serializeSignatureInput(input)}`;
    headers.signature = `${label}=:${signBase(entry, settings, base).toString('base64')}:`;
    return { ...request, headers };
  },
};

function readSettings(entry: SignatureEntry): Settings | null {
  const [algorithm, keyText, keyId, label] = ['algorithm', 'publicKey', 'keyid', 'label'].map((name) =>
    textOption(entry, name),
  );
  if (keyText === null || keyId === null || label === null || (label !== undefined && !LABEL.test(label))) return null;
  const publicKey = keyText === undefined ? null : readPublicKey(keyText);
  if (!hasKey(entry, algorithm, publicKey)) return null;
  const tolerance = secondsOption(entry, 'tolerance', TOLERANCE_SECONDS);
  return { algorithm: algorithm!, publicKey, keyId: keyId ?? null, label: label ?? null, tolerance };
}

function hasKey(entry: SignatureEntry, algorithm: string | null | undefined, key: KeyObject | null): boolean {
  if (algorithm === HMAC) return entry.secrets.some(isUsable);
  const pinned = ALGORITHMS.get(algorithm ?? '');
  return pinned !== undefined && key !== null && fitsAlgorithm(pinned, key);
}

function chooseSignature(
  settings: Settings,
  message: SignedMessage,
): { input: SignatureInput; signature: Buffer } | (SignatureVerdict & { ok: false }) {
  const { signature: signatureText, 'signature-input': inputText } = message.headers;
  if (!signatureText || !inputText) return refused('missing_signature');
  const signatures = parseDictionary(signatureText);
  const inputs = parseDictionary(inputText);
  if (!signatures || !inputs || !haveSameLabels(signatures, inputs)) return refused('malformed_signature');
  const named = nameSignature(settings, inputs);
  if ('ok' in named) return named;
  const signature = bytesOf(signatures.get(named.label)!);
  const input = readSignatureInput(named.member);
  return input && signature ? { input, signature } : refused('malformed_signature');
}

/** A signature is bytes and nothing else: parameters are those of its input (RFC 9421, section 4.2). */
function bytesOf({ item, parameters }: Member): Buffer | null {
  return item?.type === 'bytes' && parameters.size === 0 ? item.value : null;
}

/** A label in one field but not in the other is an error. Source: RFC 9421, section 4 */
function haveSameLabels(signatures: ReadonlyMap<string, Member>, inputs: ReadonlyMap<string, Member>): boolean {
  return signatures.size === inputs.size && [...inputs.keys()].every((label) => signatures.has(label));
}

function nameSignature(
  settings: Settings,
  inputs: ReadonlyMap<string, Member>,
): { label: string; member: Member } | (SignatureVerdict & { ok: false }) {
  const candidates = [...inputs].filter(([label]) => settings.label === null || label === settings.label);
  if (candidates.length === 0) return refused('missing_signature');
  const ofKey = candidates.filter(([, member]) => names(member, 'keyid', settings.keyId));
  if (ofKey.length === 0) return refused('unknown_key');
  const fitting = ofKey.filter(
    ([, member]) => !member.parameters.has('alg') || names(member, 'alg', settings.algorithm),
  );
  if (fitting.length === 0) return refused('wrong_algorithm');
  const [label, member] = fitting[0]!;
  return fitting.length > 1 ? refused('malformed_signature') : { label, member };
}

function names({ parameters }: Member, parameter: string, expected: string | null): boolean {
  if (expected === null) return true;
  const item = parameters.get(parameter);
  return item?.type === 'string' && item.value === expected;
}

function parametersFault({ parameters }: SignatureInput, settings: Settings, at: Date): SignatureFault | null {
  const now = Math.floor(at.getTime() / 1000);
  const created = parameters.get('created');
  const expires = parameters.get('expires');
  if (!created) return 'missing_timestamp';
  if (created.type !== 'integer' || (expires && expires.type !== 'integer')) return 'malformed_timestamp';
  const isOff = Math.abs(now - created.value) > settings.tolerance;
  return isOff || (expires && expires.value < now) ? 'timestamp_out_of_tolerance' : null;
}

/** The obsolete `Digest` proves nothing here: what is not in `Content-Digest` is not looked at. */
function bodyFault(input: SignatureInput, { headers, rawBody }: SignedMessage): SignatureFault | null {
  if (!coversRequest(input, rawBody.length > 0)) return 'malformed_signature';
  if (!input.components.includes('content-digest')) return null;
  const header = headers['content-digest'];
  return header === undefined ? 'malformed_signature' : contentDigestFault(header, rawBody);
}

/** Position of the secret that fits, null for the public key; undefined when nothing does. */
function matchingKey(
  entry: SignatureEntry,
  { algorithm, publicKey }: Settings,
  base: Buffer,
  signature: Buffer,
): number | null | undefined {
  const pinned = ALGORITHMS.get(algorithm);
  if (pinned && publicKey) return verifyPinned(pinned, publicKey, base, signature) ? null : undefined;
  // All are tried: the time taken tells nothing about which one matched.
  const matches = entry.secrets.map((secret) => {
    const expected = createHmac('sha256', isUsable(secret) ? secret : ' ')
      .update(base)
      .digest();
    return isUsable(secret) && expected.length === signature.length && timingSafeEqual(expected, signature);
  });
  const index = matches.indexOf(true);
  return index < 0 ? undefined : index;
}

function signBase(entry: SignatureEntry & { privateKey?: string }, { algorithm }: Settings, base: Buffer): Buffer {
  if (algorithm === HMAC) return createHmac('sha256', entry.secrets.find(isUsable)!).update(base).digest();
  if (entry.privateKey === undefined) throw new Error('Message signatures need a private key to sign with.');
  return signPinned(ALGORITHMS.get(algorithm)!, entry.privateKey, base);
}
