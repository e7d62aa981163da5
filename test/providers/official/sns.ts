import { createSign } from 'node:crypto';
import { EventEmitter } from 'node:events';
import https from 'node:https';
import { createRequire } from 'node:module';
import type { JsonObject } from '#shared';
import { memberPart } from '../flip.js';
import { rsa } from '../key-pairs.js';
import { bytesNotText, canonicalBase64, freshness } from '../strictness.js';
import { official, type OfficialProvider, type Random } from '../official-provider.js';
import { pick, sampleId } from '../sample-body.js';
import { selfSignedCertificate } from '../self-signed-certificate.js';

type Validate = (message: string, done: (error: Error | null) => void) => void;
const load = createRequire(import.meta.url);
const MessageValidator = load('sns-validator') as new () => { validate: Validate };

export const SNS_CERTIFICATE_URL = 'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123.pem';
export const SNS_TOPIC = 'arn:aws:sns:eu-west-1:123456789012:orders';
const certificate = selfSignedCertificate('sns.amazonaws.com', rsa);

/** In the order of their names, as both the sender and the package take them. */
const SIGNED = ['Message', 'MessageId', 'Subject', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];

function signedMessage(message: JsonObject): JsonObject {
  const signer = createSign(message['SignatureVersion'] === '1' ? 'sha1' : 'sha256');
  for (const name of SIGNED) if (message[name] !== undefined) signer.update(`${name}\n${String(message[name])}\n`);
  return { ...message, Signature: signer.sign(rsa.privateKey, 'base64') };
}

/** A message of a type; confirmations carry the URL to call. */
export function snsMessage(type: string, version: string, random: Random, now: Date): JsonObject {
  const common = {
    Type: type,
    MessageId: sampleId(random),
    TopicArn: SNS_TOPIC,
    Message: pick(['plain', 'Ünïcode 支付', '{"a":"\\"b\\n"}'], random),
    Timestamp: now.toISOString(),
    SignatureVersion: version,
    SigningCertURL: SNS_CERTIFICATE_URL,
  };
  if (type === 'Notification') return random() < 0.5 ? common : { ...common, Subject: 'Subject' };
  const confirm = 'https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=abc';
  return { ...common, Token: sampleId(random), SubscribeURL: confirm };
}

const validator = new MessageValidator();

/** The package fetches with `https.get`; while it does, our certificate is all there is to get. */
async function validate(text: string): Promise<boolean> {
  const { get } = https;
  https.get = ((url: string, answer: (response: EventEmitter) => void) => {
    const request = new EventEmitter();
    const statusCode = url === SNS_CERTIFICATE_URL ? 200 : 404;
    const response = Object.assign(new EventEmitter(), { statusCode });
    queueMicrotask(() => {
      answer(response);
      response.emit('data', Buffer.from(certificate));
      response.emit('end');
    });
    return request;
  }) as unknown as typeof https.get;
  try {
    return await new Promise((resolve) => validator.validate(text, (error) => resolve(error === null)));
  } finally {
    https.get = get;
  }
}

/** Last of that name, as the package reads it. */
function memberOf(body: Buffer, name: string): string {
  return String((JSON.parse(body.toString()) as JsonObject)[name]);
}

function adapter(version: '1' | '2'): OfficialProvider {
  return official({
    preset: 'aws-sns',
    name: `sns-validator, version ${version}`,
    options: { topicArn: SNS_TOPIC, signatureVersion: version },
    signing: { privateKey: rsa.privatePem, keyId: SNS_CERTIFICATE_URL },
    keys: { [SNS_CERTIFICATE_URL]: certificate },
    signedBy: 'formula',
    parts: ['MessageId', 'Timestamp', 'TopicArn', 'Signature'].map((name) => memberPart(name)),
    stricter: [
      bytesNotText,
      freshness(({ body }) => String(Date.parse(memberOf(body, 'Timestamp'))), {
        seconds: 3900,
        side: 'past',
        unit: 'ms',
      }),
      freshness(({ body }) => String(Date.parse(memberOf(body, 'Timestamp'))), {
        seconds: 300,
        side: 'future',
        unit: 'ms',
      }),
      canonicalBase64(({ body }) => memberOf(body, 'Signature')),
    ],
    sample: (url, random, now) => ({
      method: 'POST',
      url,
      headers: { 'content-type': 'text/plain; charset=UTF-8', 'x-amz-sns-message-type': 'Notification' },
      body: Buffer.from(JSON.stringify(snsMessage('Notification', version, random, now))),
    }),
    sign: (request) => {
      const message = signedMessage(JSON.parse(request.body.toString()) as JsonObject);
      return { ...request, body: Buffer.from(JSON.stringify(message)) };
    },
    verify: ({ body }) => validate(body.toString()),
  });
}

export const sns: readonly OfficialProvider[] = [adapter('1'), adapter('2')];
