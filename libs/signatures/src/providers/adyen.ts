import type { Provider } from '../contract.js';

const DAY_MS = 86_400_000;
const ITEM = ['pspReference', 'eventCode', 'success'].map((name) => `NotificationRequestItem.${name}`);

/**
 * Adyen standard webhooks (payments).
 * Source: https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures
 */
export const adyen: Provider = {
  name: 'adyen',
  title: 'Adyen',
  docs:
    'Verifies `additionalData.hmacSignature` of every item (HMAC-SHA256, key in hex); one wrong item refuses the whole ' +
    'request. Only pspReference, originalReference, merchantAccountCode, merchantReference, amount, eventCode and ' +
    'success are signed: everything else of an item can be changed on the way, so ask for Basic authentication as well. ' +
    'No timestamp is signed; the delivery id is pspReference, eventCode and success. Adyen waits 10 seconds for ' +
    '`[accepted]` and repeats for days.',
  link: 'https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures',
  scheme: { kind: 'signed-items' },
  secrets: 'required',
  options: { properties: {}, required: [] },
  deliveryId: { each: 'notificationItems', item: ITEM },
  eventType: { json: 'notificationItems.0.NotificationRequestItem.eventCode' },
  batch: { items: 'notificationItems', id: { all: ITEM.map((json) => ({ json })) } },
  handshakes: [],
  formPayload: null,
  acknowledgement: { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: '[accepted]' },
  patienceMs: 10_000,
  retryHorizonMs: 7 * DAY_MS,
  sample: {
    headers: { 'content-type': 'application/json' },
    body:
      '{"live":"false","notificationItems":[{"NotificationRequestItem":{"amount":{"currency":"EUR","value":1130},' +
      '"eventCode":"AUTHORISATION","eventDate":"2026-03-01T12:00:00+01:00","merchantAccountCode":"TestMerchant",' +
      '"merchantReference":"TestPayment-1407325143704","pspReference":"7914073381342284","success":"true"}}]}',
  },
  vectors: [
    {
      source: 'docs.adyen.com, and the tests of the official libraries',
      entry: { secrets: ['44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056'] },
      body:
        '{"live":"false","notificationItems":[{"NotificationRequestItem":{"additionalData":{"hmacSignature":' +
        '"coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0="},"amount":{"value":1130,"currency":"EUR"},' +
        '"pspReference":"7914073381342284","eventCode":"AUTHORISATION","merchantAccountCode":"TestMerchant",' +
        '"merchantReference":"TestPayment-1407325143704","success":"true"}}]}',
      headers: { 'content-type': 'application/json' },
      at: null,
    },
  ],
};
