import { createRequire } from 'node:module';
import type { JsonObject } from '#shared';
import { betweenPart, memberPart } from '../flip.js';
import { bytesNotText } from '../strictness.js';
import { official, type Stricter } from '../official-provider.js';
import { sampleId, sampleObject } from '../sample-body.js';

interface Validator {
  calculateHmac(item: JsonObject, key: string): string;
  validateHMAC(item: JsonObject, key: string): boolean;
}
const load = createRequire(import.meta.url);
const { default: HmacValidator } = load('@adyen/api-library/lib/src/utils/hmacValidator.js') as {
  default: new () => Validator;
};

const KEY = '44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056';
const validator = new HmacValidator();

interface Notification {
  notificationItems: { NotificationRequestItem: JsonObject }[];
}

/** Canonical base64 asked of each item. */
const everySignature: Stricter = {
  why: 'The package decodes base64 leniently: other alphabets, junk, padding and unused bits count for it.',
  when: ({ request }) => {
    const { notificationItems } = JSON.parse(request.body.toString()) as Notification;
    return notificationItems.some(({ NotificationRequestItem: { additionalData } }) => {
      const value = String((additionalData as JsonObject)['hmacSignature']);
      return Buffer.from(value, 'base64').toString('base64') !== value;
    });
  },
};

export const adyen = official({
  preset: 'adyen',
  name: '@adyen/api-library',
  secrets: [KEY],
  signedBy: 'package',
  parts: [
    ...['pspReference', 'originalReference', 'merchantAccountCode', 'merchantReference', 'currency'].map((name) =>
      memberPart(name),
    ),
    memberPart('eventCode'),
    memberPart('success'),
    memberPart('hmacSignature'),
    betweenPart('member value', '"value":', ','),
  ],
  stricter: [bytesNotText, everySignature],
  sample: (url, random) => {
    const item = () => ({
      NotificationRequestItem: {
        additionalData: sampleObject(random),
        amount: { value: 100 + Math.floor(random() * 1e6), currency: 'EUR' },
        eventCode: 'AUTHORISATION',
        merchantAccountCode: 'TestMerchant',
        merchantReference: `Order-${sampleId(random)}`,
        originalReference: sampleId(random),
        pspReference: sampleId(random),
        success: 'true',
      },
    });
    const notificationItems = random() < 0.5 ? [item()] : [item(), item()];
    const body = Buffer.from(JSON.stringify({ live: 'false', notificationItems }));
    return { method: 'POST', url, headers: { 'content-type': 'application/json' }, body };
  },
  sign: (request) => {
    const notification = JSON.parse(request.body.toString()) as Notification & JsonObject;
    for (const { NotificationRequestItem: item } of notification.notificationItems) {
      const hmacSignature = validator.calculateHmac(item, KEY);
      item['additionalData'] = { ...(item['additionalData'] as JsonObject), hmacSignature };
    }
    return { ...request, body: Buffer.from(JSON.stringify(notification)) };
  },
  // The package looks at one item; whoever receives has to ask it for each, and there must be one.
  verify: ({ body }) => {
    const { notificationItems } = JSON.parse(body.toString()) as Notification;
    const verdicts = notificationItems.map((item) => validator.validateHMAC(item.NotificationRequestItem, KEY));
    return verdicts.length > 0 && verdicts.every(Boolean);
  },
});
