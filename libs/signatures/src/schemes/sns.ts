import { randomUUID, X509Certificate, type KeyObject } from 'node:crypto';
import { decodeStrictly } from '../bytes.js';
import type {
  FetchKey,
  SchemeHandler,
  SignatureEntry,
  SignatureFault,
  SignatureVerdict,
  SnsScheme,
} from '../contract.js';
import { isAllowedUrl } from '../key-url.js';
import { secondsOption, textOption } from './entry-options.js';
import { memberOf, readJsonObject } from './json-text.js';
import { signPinned, verifyPinned, type PinnedAlgorithm } from './pinned-algorithms.js';
import { readSnsMessage, snsSignedText, type SnsMessage } from './sns-message.js';
import { misconfigured, refused } from './verdict.js';

const ALGORITHMS: ReadonlyMap<string, PinnedAlgorithm> = new Map([
  ['1', 'rsa-pkcs1-sha1'],
  ['2', 'rsa-pkcs1-sha256'],
]);

/**
 * `Timestamp` is when the message was published, and stays so when it is sent again; SNS repeats to HTTP endpoints for at
 * most an hour (a delivery policy's total may not exceed 3,600 s). The five minutes are for its own queues and our clock.
 */
const PAST_SECONDS = 3900;
const FUTURE_SECONDS = 300;

const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?Z$/;

interface Settings {
  topicArn: string;
  version: string;
  past: number;
}

interface Certificate {
  key: KeyObject;
  from: number;
  to: number;
}

/**
 * Messages of Amazon SNS. Everything that costs nothing is checked before a certificate is fetched: the fields, the
 * topic, the time, the version, and the address of the certificate.
 */
export const snsHandler: SchemeHandler<SnsScheme> = {
  headersOnly: false,
  verify(scheme, entry, message, fetchKey) {
    const settings = readSettings(entry);
    if (!settings) return misconfigured(message.rawBody);
    const body = readJsonObject(message.rawBody);
    if (!body) return refused('malformed_body');
    // Raw delivery has none: the body is then what the publisher wrote, and nobody signs it.
    if (memberOf(body, 'Signature') === undefined) return refused('missing_signature');
    const sns = readSnsMessage(body);
    if (!sns) return refused('malformed_body');
    const fault = cheapFault(scheme, settings, sns, message.now);
    if (fault) return refused(fault);
    const signature = decodeStrictly(sns.signature, 'base64');
    return signature ? verifyFetched(scheme, sns, signature, message.now, fetchKey) : refused('malformed_signature');
  },
  sign(_scheme, entry, request, now) {
    const settings = readSettings(entry);
    const fields = readJsonObject(request.body);
    if (!settings || !fields || !entry.privateKey || !entry.keyId) {
      throw new Error(
        'Signing for SNS takes a topicArn, a JSON object, a private key, and the URL of its certificate.',
      );
    }
    const body = {
      Type: 'Notification',
      MessageId: randomUUID(),
      Message: '',
      Timestamp: now.toISOString(),
      ...fields,
      TopicArn: settings.topicArn,
    };
    const text = snsSignedText(body);
    if (text === null) throw new Error('A field of this SNS message is missing or cannot be signed.');
    const signature = signPinned(ALGORITHMS.get(settings.version)!, entry.privateKey, Buffer.from(text, 'utf8'));
    const signed = {
      ...body,
      SignatureVersion: settings.version,
      Signature: signature.toString('base64'),
      SigningCertURL: entry.keyId,
    };
    return { ...request, body: Buffer.from(JSON.stringify(signed), 'utf8') };
  },
};

function readSettings(entry: SignatureEntry): Settings | null {
  const topicArn = textOption(entry, 'topicArn');
  const version = textOption(entry, 'signatureVersion') ?? '2';
  if (!topicArn || entry.options?.signatureVersion === '' || !ALGORITHMS.has(version)) return null;
  return { topicArn, version, past: secondsOption(entry, 'tolerance', PAST_SECONDS) };
}

function cheapFault(scheme: SnsScheme, settings: Settings, sns: SnsMessage, now: Date): SignatureFault | null {
  if (sns.topicArn !== settings.topicArn) return 'wrong_receiver';
  if (sns.signatureVersion !== settings.version) return 'wrong_algorithm';
  const published = TIMESTAMP.test(sns.timestamp) ? Date.parse(sns.timestamp) : Number.NaN;
  if (Number.isNaN(published)) return 'malformed_timestamp';
  const age = (now.getTime() - published) / 1000;
  if (age > settings.past || age < -FUTURE_SECONDS) return 'timestamp_out_of_tolerance';
  return isAllowedUrl(sns.certificateUrl, scheme.certificates) ? null : 'unknown_key';
}

async function verifyFetched(
  { certificates }: SnsScheme,
  sns: SnsMessage,
  signature: Buffer,
  now: Date,
  fetchKey: FetchKey,
): Promise<SignatureVerdict> {
  const pem = await fetchKey(sns.certificateUrl, certificates).catch(() => null);
  const certificate = pem && readCertificate(pem.toString('latin1'));
  if (!certificate || now.getTime() < certificate.from || now.getTime() > certificate.to) {
    return refused('key_unavailable');
  }
  const algorithm = ALGORITHMS.get(sns.signatureVersion)!;
  const isRight = verifyPinned(algorithm, certificate.key, Buffer.from(sns.signedText, 'utf8'), signature);
  return isRight ? { ok: true, secretIndex: null } : refused('mismatch');
}

const MOST_REMEMBERED = 32;
const remembered = new Map<string, Certificate | null>();

/** The key of a certificate and when it is good. Amazon's are a handful for years, so reading one is worth remembering. */
function readCertificate(pem: string): Certificate | null {
  const known = remembered.get(pem);
  if (known !== undefined) return known;
  const certificate = parseCertificate(pem);
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  remembered.set(pem, certificate);
  return certificate;
}

function parseCertificate(pem: string): Certificate | null {
  try {
    const { publicKey, validFrom, validTo } = new X509Certificate(pem);
    const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
    return Number.isNaN(from) || Number.isNaN(to) ? null : { key: publicKey, from, to };
  } catch {
    return null;
  }
}
