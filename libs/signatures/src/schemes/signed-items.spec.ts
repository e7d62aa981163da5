import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import type { SignatureEntry, SignatureVerdict, UnsignedRequest } from '../contract.js';
import { findProvider } from '../providers/index.js';
import { signMessage } from '../sign.js';
import { flipAt, refusesAnything, verdictOn } from '../testing/scheme-cases.js';

const require = createRequire(import.meta.url);

interface Validator {
  calculateHmac(item: object, key: string): string;
  validateHMAC(item: object, key: string): boolean;
}
const { hmacValidator } = require('@adyen/api-library') as {
  hmacValidator: new () => Validator;
};
const official = new hmacValidator();

const now = new Date('2026-03-01T12:00:00Z');
const key = '44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056';
const entry: SignatureEntry = { provider: 'adyen', secrets: [key] };
const item = {
  pspReference: '7914073381342284',
  originalReference: '8814073381342284',
  merchantAccountCode: 'TestMerchant',
  merchantReference: 'Päyment:140\\7',
  amount: { value: 1130, currency: 'EUR' },
  eventCode: 'AUTHORISATION',
  success: 'true',
};
type Item = Record<string, unknown>;

function requestOf(body: unknown): UnsignedRequest {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { method: 'POST', url: 'https://hooks.example/', headers: {}, body: Buffer.from(text) };
}
function bodyOf(...items: Item[]): object {
  return { live: 'false', notificationItems: items.map((held) => ({ NotificationRequestItem: held })) };
}
function officially(change: object = {}, secret = key): Item {
  const changed = { ...item, ...change };
  return { ...changed, additionalData: { hmacSignature: official.calculateHmac(changed, secret) } };
}
function verdict(body: unknown, by = entry): Promise<SignatureVerdict> {
  return verdictOn(by, requestOf(body), now);
}

describe('an adyen entry', () => {
  it('accepts the vectors', async () => {
    for (const vector of findProvider('adyen')!.vectors) {
      expect(await verdict(vector.body, { provider: 'adyen', ...vector.entry })).toEqual({ ok: true, secretIndex: 0 });
    }
  });

  it.each<[string, object]>([
    ['as it is', {}],
    ['without original reference', { originalReference: undefined }],
    ['with null for it', { originalReference: null }],
    ['with an empty reference of the shop', { merchantReference: '' }],
    ['of nothing', { amount: { value: 0, currency: 'EUR' } }],
    ['of less than nothing', { amount: { value: -5, currency: 'JPY' } }],
    ['with a boolean', { success: false }],
  ])('accepts an item %s that the official library signed', async (_title, change) => {
    expect(await verdict(bodyOf(officially(change), officially()))).toEqual({ ok: true, secretIndex: 0 });
  });

  it('signs what the official library accepts, in every item', async () => {
    const request = signMessage(entry, requestOf(bodyOf(item, { ...item, additionalData: { shopper: 'x' } })), now);
    const { notificationItems } = JSON.parse(request.body.toString()) as {
      notificationItems: { NotificationRequestItem: Item }[];
    };
    for (const { NotificationRequestItem: held } of notificationItems) {
      expect(official.validateHMAC(held, key)).toBe(true);
    }
    expect(notificationItems[1]?.NotificationRequestItem.additionalData).toMatchObject({ shopper: 'x' });
    expect(await verdictOn(entry, request, now)).toEqual({ ok: true, secretIndex: 0 });
  });

  it('refuses the whole request when any signed value of any item is changed, and so does the library', async () => {
    const right = officially();
    const changes: Item[] = Object.entries(item).map(([name, value]) => ({
      [name]: typeof value === 'string' ? flipAt(value, 1) : { ...item.amount, value: 1131 },
    }));
    changes.push({ amount: { ...item.amount, currency: 'EUS' } }, { originalReference: '' });
    changes.push({ additionalData: { hmacSignature: Buffer.alloc(32).toString('base64') } });
    for (const change of changes) {
      const wrong = { ...right, ...change };
      expect(official.validateHMAC(wrong, key)).toBe(false);
      for (const items of [[wrong], [right, wrong], [wrong, right]]) {
        expect(await verdict(bodyOf(...items))).toEqual({ ok: false, reason: 'mismatch' });
      }
    }
  });

  it('takes amounts as they are written, never rounded', async () => {
    const text = JSON.stringify(bodyOf(officially({ amount: { value: 9007199254740992, currency: 'EUR' } })));
    expect(await verdict(text)).toMatchObject({ ok: true });
    const rounded = text.replace('9007199254740992', '9007199254740993');
    expect(await verdict(rounded)).toEqual({ ok: false, reason: 'mismatch' });
    expect(await verdict(JSON.stringify(bodyOf(officially())).replace('1130', '1130.0'))).toMatchObject({ ok: false });
  });

  // The library finds both the same: its text has no marks between the fields but colons.
  it('refuses text that moved from one field into the next', async () => {
    const right = officially({ merchantReference: 'a:b' });
    const moved = { ...right, merchantAccountCode: 'TestMerchant:a', merchantReference: 'b' };
    expect(official.validateHMAC(moved, key)).toBe(true);
    expect(await verdict(bodyOf(right))).toMatchObject({ ok: true });
    expect(await verdict(bodyOf(moved))).toEqual({ ok: false, reason: 'malformed_body' });
  });

  it.each<[string, unknown, string]>([
    ['no items', { notificationItems: [] }, 'malformed_body'],
    ['no list', { notificationItems: { 0: {} } }, 'malformed_body'],
    ['nothing', {}, 'malformed_body'],
    ['a list', [], 'malformed_body'],
    ['null as item', { notificationItems: [null] }, 'malformed_body'],
    ['an empty item', { notificationItems: [{}] }, 'malformed_body'],
    ['an item under another name', { notificationItems: [{ NotificationRequest: officially() }] }, 'malformed_body'],
    ['a signature beside a missing one', bodyOf(officially(), item), 'missing_signature'],
    ['an empty signature', bodyOf({ ...item, additionalData: { hmacSignature: '' } }), 'missing_signature'],
    ['a list as signature', bodyOf({ ...item, additionalData: { hmacSignature: ['a'] } }), 'malformed_signature'],
    ['a short signature', bodyOf({ ...item, additionalData: { hmacSignature: 'AAAA' } }), 'malformed_signature'],
    [
      'loose base64',
      bodyOf({ ...item, additionalData: { hmacSignature: `${'A'.repeat(43)} =` } }),
      'malformed_signature',
    ],
    ['an object as value', bodyOf({ ...officially(), eventCode: {} }), 'malformed_body'],
    ['no reference', bodyOf(officially({ pspReference: '' })), 'malformed_body'],
    ['1,001 items', bodyOf(...Array.from({ length: 1001 }, () => officially())), 'malformed_body'],
    ['deep JSON', `{"notificationItems":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'malformed_body'],
  ])('refuses a body with %s', async (_title, body, reason) => {
    expect(await verdict(body)).toEqual({ ok: false, reason });
  });

  it('says which key fits, and wants one that fits all items', async () => {
    const old = 'AB'.repeat(32);
    const rolling = { ...entry, secrets: ['', old, key] };
    expect(await verdict(bodyOf(officially()), rolling)).toEqual({ ok: true, secretIndex: 2 });
    expect(await verdict(bodyOf(officially({}, old)), rolling)).toEqual({ ok: true, secretIndex: 1 });
    expect(await verdict(bodyOf(officially(), officially({}, old)), rolling)).toMatchObject({ reason: 'mismatch' });
  });

  it.each([[[]], [['']], [[' ']], [['not hex']], [['abc']], [[null as never]]])(
    'refuses everything with the secrets %p',
    async (secrets) => {
      const body = bodyOf(officially());
      expect(await verdict(body, { provider: 'adyen', secrets })).toEqual({ ok: false, reason: 'misconfigured' });
      expect(() => signMessage({ provider: 'adyen', secrets }, requestOf(body), now)).toThrow();
    },
  );

  it('never throws and accepts nothing by chance', async () => {
    await refusesAnything(entry, ['content-type'], now);
  });
});
