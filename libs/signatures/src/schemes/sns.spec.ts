import { EventEmitter } from 'node:events';
import https from 'node:https';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FetchKey, SignatureEntry, SignatureVerdict, UnsignedRequest } from '../contract.js';
import { findProvider } from '../providers/index.js';
import { signMessage } from '../sign.js';
import { flipBit, newPair, nothingFetched, pemPair, refusesAnything, verdictOn } from '../testing/scheme-cases.js';
import { snsCertificate, snsPrivateKey } from '../testing/sns-certificate.js';

const require = createRequire(import.meta.url);

interface Validator {
  validate(message: object, done: (error: Error | null) => void): void;
}
const MessageValidator = require('sns-validator') as new () => Validator;

const now = new Date('2026-03-01T12:00:00Z');
const topicArn = 'arn:aws:sns:us-west-2:123456789012:MyTopic';
const keyId = 'https://sns.us-west-2.amazonaws.com/SimpleNotificationService-1.pem';
const entry: SignatureEntry = { provider: 'aws-sns', secrets: [], options: { topicArn } };
const signing = { ...entry, privateKey: snsPrivateKey, keyId };
const confirmation = {
  Type: 'SubscriptionConfirmation',
  Message: 'You have chosen to subscribe',
  Token: '2336412f37',
  SubscribeURL: 'https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription',
};

const serving: FetchKey = (url, rule) => {
  expect([url, rule.pathSuffix]).toEqual([keyId, '.pem']);
  return Promise.resolve(Buffer.from(snsCertificate));
};
const mustNotFetch: FetchKey = () => {
  throw new Error('fetched');
};
function requestOf(body: object): UnsignedRequest {
  return { method: 'POST', url: 'https://hooks.example/', headers: {}, body: Buffer.from(JSON.stringify(body)) };
}
function signed(fields: object = {}, options: SignatureEntry['options'] = { topicArn }, at = now): UnsignedRequest {
  return signMessage({ ...signing, options }, requestOf({ Message: 'Hé\nllo', Subject: 'S', ...fields }), at);
}
function changed(request: UnsignedRequest, change: object): UnsignedRequest {
  return requestOf({ ...(JSON.parse(request.body.toString()) as object), ...change });
}
function official(request: UnsignedRequest): Promise<boolean> {
  const message = JSON.parse(request.body.toString()) as object;
  return new Promise((resolve) => new MessageValidator().validate(message, (error) => resolve(error === null)));
}
function verdict(request: UnsignedRequest, fetchKey = serving, at = now, by = entry): Promise<SignatureVerdict> {
  return verdictOn(by, request, at, fetchKey);
}

describe('an aws-sns entry', () => {
  const { get } = https;
  beforeAll(() => {
    https.get = ((_url: string, answer: (response: EventEmitter) => void) => {
      const response = Object.assign(new EventEmitter(), { statusCode: 200 });
      answer(response);
      response.emit('data', snsCertificate);
      response.emit('end');
      return new EventEmitter();
    }) as unknown as typeof get;
  });
  afterAll(() => {
    https.get = get;
  });

  it('accepts the vectors', async () => {
    for (const vector of findProvider('aws-sns')!.vectors) {
      const fetched: FetchKey = (url) => Promise.resolve(Buffer.from(vector.keys![url]!));
      const message = { ...requestOf({}), body: Buffer.from(vector.body), headers: vector.headers };
      const by = { provider: 'aws-sns', ...vector.entry };
      expect(await verdict(message, fetched, new Date(vector.at!), by)).toEqual({ ok: true, secretIndex: null });
      expect(await official(message)).toBe(true);
    }
  });

  it.each([
    ['a notification', {}],
    ['a notification without subject', { Subject: undefined }],
    ['a confirmation', { ...confirmation, Subject: undefined }],
  ])('signs %s as the official validator wants it', async (_title, fields) => {
    for (const signatureVersion of ['1', '2']) {
      const options = { topicArn, signatureVersion };
      const request = signed(fields, options);
      expect(await official(request)).toBe(true);
      expect(await verdict(request, serving, now, { ...entry, options })).toEqual({ ok: true, secretIndex: null });
      const other = { ...entry, options: { topicArn, signatureVersion: signatureVersion === '1' ? '2' : '1' } };
      expect(await verdict(request, mustNotFetch, now, other)).toEqual({ ok: false, reason: 'wrong_algorithm' });
    }
  });

  // The documentation says that it is signed as the other confirmation is; the validator forgets its token.
  it('accepts a farewell that is signed as the documentation says', async () => {
    expect(await verdict(signed({ ...confirmation, Type: 'UnsubscribeConfirmation' }))).toMatchObject({ ok: true });
  });

  it('refuses a message with a bit of any signed part flipped, and so does the validator', async () => {
    const request = signed();
    const body = JSON.parse(request.body.toString()) as Record<string, string>;
    for (const name of ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type', 'Signature']) {
      const bytes = Buffer.from(body[name]!, 'utf8');
      for (let bit = 0; bit < bytes.length * 8; bit += 9) {
        const tampered = changed(request, { [name]: flipBit(bytes, bit).toString('utf8') });
        expect(await verdict(tampered)).toMatchObject({ ok: false });
        // Base64 has bits that its loose decoder does not see.
        if (name !== 'Signature') expect(await official(tampered)).toBe(false);
      }
    }
    expect(await verdict(changed(request, { Subject: null }))).toMatchObject({ ok: false });
  });

  it.each<[string, object, string]>([
    ['of another topic', { TopicArn: `${topicArn}2` }, 'wrong_receiver'],
    ['of no topic', { TopicArn: undefined }, 'malformed_body'],
    ['of a list of topics', { TopicArn: [topicArn] }, 'malformed_body'],
    ['of an unknown type', { Type: 'Other' }, 'malformed_body'],
    ['of a prototype type', { Type: '__proto__' }, 'malformed_body'],
    ['without a signature', { Signature: undefined }, 'missing_signature'],
    ['with a number as signature', { Signature: 7 }, 'malformed_body'],
    ['with loose base64', { Signature: 'a b=' }, 'malformed_signature'],
    ['with an unknown version', { SignatureVersion: '3' }, 'wrong_algorithm'],
    ['with a version as number', { SignatureVersion: 2 }, 'malformed_body'],
    ['with a time without zone', { Timestamp: '2026-03-01T12:00:00' }, 'malformed_timestamp'],
    ['with Unix seconds', { Timestamp: '1772366400' }, 'malformed_timestamp'],
    ['with month 13', { Timestamp: '2026-13-01T12:00:00Z' }, 'malformed_timestamp'],
    ['of 65 minutes and a second ago', { Timestamp: '2026-03-01T10:54:59Z' }, 'timestamp_out_of_tolerance'],
    ['of 5 minutes and a second ahead', { Timestamp: '2026-03-01T12:05:01Z' }, 'timestamp_out_of_tolerance'],
    ['with line ends in its subject', { Subject: 'a\nTimestamp\nb' }, 'malformed_body'],
    [
      'with a certificate elsewhere',
      { SigningCertURL: 'https://sns.us-east-1.amazonaws.com.evil.tld/x.pem' },
      'unknown_key',
    ],
    ['with a certificate in the network', { SigningCertURL: 'http://169.254.169.254/x.pem' }, 'unknown_key'],
  ])('refuses a message %s before anything is fetched', async (_title, change, reason) => {
    expect(await verdict(changed(signed(), change), mustNotFetch)).toEqual({ ok: false, reason });
  });

  it('accepts what is 65 minutes old or 5 minutes ahead', async () => {
    for (const seconds of [3900, -300]) {
      const at = new Date(now.getTime() + seconds * 1000);
      expect(await verdict(signed({}, { topicArn }, now), serving, at)).toMatchObject({ ok: true });
    }
  });

  it('refuses raw delivery and what is no JSON object', async () => {
    for (const body of ['{"order":1}', '[]', 'hello', '', '\xff', '{"Type":'.repeat(5000)]) {
      const request = { ...requestOf({}), body: Buffer.from(body, 'latin1') };
      expect(await verdict(request, mustNotFetch)).toMatchObject({ ok: false });
    }
  });

  it('refuses when the certificate cannot be had, is none, is another, or is not good at the time', async () => {
    const reason = 'key_unavailable';
    const texts = ['', 'no pem', snsCertificate.slice(0, 300), snsPrivateKey];
    const ports: FetchKey[] = texts.map((text) => () => Promise.resolve(Buffer.from(text)));
    for (const port of [...ports, nothingFetched, () => Promise.reject(new Error('down'))]) {
      expect(await verdict(signed(), port)).toEqual({ ok: false, reason });
    }
    for (const at of [new Date('2019-12-31T23:00:00Z'), new Date('2100-01-01T00:00:00Z')]) {
      expect(await verdict(signed({}, { topicArn }, at), serving, at)).toEqual({ ok: false, reason });
    }
    const other = signMessage({ ...signing, privateKey: pemPair(newPair.rsa()).privateKey }, requestOf({}), now);
    expect(await verdict(other)).toEqual({ ok: false, reason: 'mismatch' });
  });

  it.each([undefined, {}, { topicArn: '' }, { topicArn: ' ' }, { topicArn: 7 }, { topicArn, signatureVersion: '' }])(
    'refuses everything with the options %p',
    async (options) => {
      const blank = { provider: 'aws-sns', secrets: [], ...(options ? { options } : {}) } as SignatureEntry;
      expect(await verdict(signed(), mustNotFetch, now, blank)).toEqual({ ok: false, reason: 'misconfigured' });
    },
  );

  it('never throws and accepts nothing by chance', async () => {
    await refusesAnything(entry, ['content-type'], now, serving);
  });
});
