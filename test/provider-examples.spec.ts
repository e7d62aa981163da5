import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import {
  compileWorkflow,
  deriveContext,
  evaluateFilter,
  isWebhookWorkflow,
  parseLimits,
  type NotificationRequest,
  type Write,
} from '#engine';
import { inMemoryJournal, runDocument } from '#engine/testing';
import type { Json, JsonObject } from '#shared';
import { findHandshake, signMessage, verifySignature, type SigningEntry } from '#signatures';

const now = new Date('2026-03-01T12:00:00Z');
const url = 'https://hooks.example.com/api/webhooks/x';
const limits = parseLimits({
  JSON_LIMITS: { depth: 64, keys: 1_000 },
  MULTIPART_LIMITS: { parts: 50, field: 1_024, file: 0 },
  XML_LIMITS: { bytes: 1_024 },
});
const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';
const noKeys = () => Promise.resolve(null);

function open(name: string) {
  const document = parse(readFileSync(new URL(`../examples/${name}.yaml`, import.meta.url), 'utf8')) as JsonObject;
  const result = compileWorkflow(document);
  if (!result.ok || !isWebhookWorkflow(result.workflow)) throw new Error(`${name} is no workflow of a webhook`);
  return { document, workflow: result.workflow };
}

/** The only entry of the document as it is once its secret is set. */
function entryOf(name: string): SigningEntry {
  const [entry] = open(name).workflow.trigger.config.auth as unknown as JsonObject[];
  const options = Object.fromEntries(
    Object.entries(entry!).filter(([option]) => !['type', 'provider', 'secrets'].includes(option)),
  );
  return { provider: String(entry!.provider), secrets: ['correct horse'], options };
}

/** As its provider sends it. */
function signed(name: string, type: string, body: string) {
  const unsigned = { method: 'POST', url, headers: { 'content-type': type }, body: Buffer.from(body) };
  const { headers, body: rawBody } = signMessage(entryOf(name), unsigned, now);
  return { method: 'POST', url, headers, rawBody, now };
}

/** Runs the example on a request, as the gateway would hand it on. */
async function deliver(name: string, type: string, body: string) {
  const { document, workflow } = open(name);
  const { rawBody, headers } = signed(name, type, body);
  const derived = deriveContext(
    {
      ...{ id: 'r', receivedAt: now, method: 'POST', url: '/api/webhooks/x', ip: '192.0.2.1', body: rawBody },
      ...{ headers: headers as Record<string, string>, rawHeaders: [], content: null, deliveryId: null },
    },
    workflow,
    limits,
  );
  if (!derived.ok) throw new Error(derived.detail);
  const told: NotificationRequest[] = [];
  const send = async (request: NotificationRequest) => {
    told.push(request);
    return { ok: true as const, result: {} };
  };
  const apply = (write: Write): Json => (write.kind === 'create_record' ? { ...write.values, id: 7 } : 1);
  const ports = { notifications: { send }, journal: inMemoryJournal({ apply }) };
  const context = JSON.parse(JSON.stringify(derived.context)) as Json;
  const outcome = await runDocument(document, context, { ports });
  return { outcome, told, isRun: evaluateFilter(workflow, derived.context, {}) };
}

describe('the examples of providers', () => {
  it.each(['stripe-payment', 'slack-command', 'twilio-sms', 'sensor-reading'])(
    'take what is signed as the provider signs, and nothing that was changed: %s',
    async (name) => {
      const message = signed(name, FORM_TYPE, 'a=1');
      expect(await verifySignature(entryOf(name), message, noKeys)).toEqual({ ok: true, secretIndex: 0 });
      const changed = { ...message, rawBody: Buffer.from('a=2') };
      const refused = { ok: false, reason: 'mismatch' };
      expect(await verifySignature(entryOf(name), changed, noKeys)).toEqual(refused);
    },
  );

  it('keep a payment and tell the desk', async () => {
    const object = { id: 'cs_1', amount_total: 1_999, currency: 'eur', payment_status: 'paid' };
    const event = { id: 'evt_1', type: 'checkout.session.completed', data: { object } };
    const { outcome, told, isRun } = await deliver('stripe-payment', JSON_TYPE, JSON.stringify(event));
    expect([isRun, outcome.status, outcome.output]).toEqual([true, 'resolved', { payment: 7 }]);
    expect(told).toMatchObject([{ channel: 'desk', message: { subject: 'Payment 7', text: '1999 eur, paid' } }]);
    const other = await deliver('stripe-payment', JSON_TYPE, JSON.stringify({ ...event, type: 'invoice.paid' }));
    expect(other.isRun).toBe(false);
  });

  it('answer a slash command, acknowledge an event, and leave the probe of the URL to the preset', async () => {
    const command = await deliver('slack-command', FORM_TYPE, 'command=%2Fdeploy&text=now&trigger_id=1');
    expect(JSON.parse(String(command.outcome.reply?.body))).toEqual({
      response_type: 'ephemeral',
      text: 'You wrote: now',
    });
    const event = await deliver('slack-command', JSON_TYPE, '{"type":"event_callback","event":{"type":"app_mention"}}');
    expect(event.outcome.reply).toMatchObject({ status: 200, body: '' });
    const probe = signed('slack-command', JSON_TYPE, '{"type":"url_verification","challenge":"abc"}');
    expect(findHandshake(entryOf('slack-command'), probe, 'signed')).toMatchObject({ reply: { body: 'abc' } });
  });

  it.each([
    ['HOURS', '9 to 18'],
    ['<Hangup/>', 'Write HOURS'],
  ])('answer the SMS %j with TwiML', async (text, answer) => {
    const body = new URLSearchParams({ MessageSid: 'SM1', Body: text }).toString();
    const { outcome } = await deliver('twilio-sms', FORM_TYPE, body);
    expect(outcome.reply).toMatchObject({ status: 200, headers: { 'content-type': 'text/xml' } });
    expect(outcome.reply?.body).toMatch(/^<Response><Message>[^<]*<\/Message><\/Response>$/);
    expect(outcome.reply?.body).toContain(answer);
  });

  it('warn of a reading that is too warm only', async () => {
    const reading = (celsius: number) => JSON.stringify({ sensor: 'cellar', reading: 7, celsius });
    const warm = await deliver('sensor-reading', JSON_TYPE, reading(31));
    expect([warm.outcome.status, warm.told.map(({ message }) => message.text)]).toEqual([
      'resolved',
      ['cellar has 31 °C'],
    ]);
    const cool = await deliver('sensor-reading', JSON_TYPE, reading(21.5));
    expect([cool.outcome.status, cool.told]).toEqual(['resolved', []]);
  });
});

describe('the example of WeCom', () => {
  it('opens what is encrypted, and starts for text only', async () => {
    const options = { token: 't', encodingAESKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C', receiveId: 'corp' };
    const entry = { provider: 'wecom', secrets: [], options };
    const xml = (type: string) =>
      `<xml><FromUserName>ann</FromUserName><MsgType>${type}</MsgType><Content>hi</Content><MsgId>1</MsgId></xml>`;
    const { document, workflow } = open('wecom-message');
    for (const [type, isRun] of [
      ['text', true],
      ['event', false],
    ] as const) {
      const unsigned = { method: 'POST', url, headers: { 'content-type': 'text/xml' }, body: Buffer.from(xml(type)) };
      const sent = signMessage(entry, unsigned, now);
      const verdict = await verifySignature(entry, { ...sent, rawBody: sent.body, now }, noKeys);
      expect(verdict).toMatchObject({ ok: true });
      const { decrypted } = verdict as Extract<typeof verdict, { ok: true }>;
      const stored = {
        ...{ id: 'r', receivedAt: now, method: 'POST', url: '/', ip: '192.0.2.1', body: sent.body, rawHeaders: [] },
        ...{ headers: sent.headers, content: decrypted!, deliveryId: null },
      };
      const derived = deriveContext(stored, workflow, limits);
      if (!derived.ok) throw new Error(derived.detail);
      expect(evaluateFilter(workflow, derived.context, {})).toBe(isRun);
      const told: NotificationRequest[] = [];
      const send = async (request: NotificationRequest) => {
        told.push(request);
        return { ok: true as const, result: {} };
      };
      const context = JSON.parse(JSON.stringify(derived.context)) as Json;
      await runDocument(document, context, { ports: { notifications: { send } } });
      expect(told).toMatchObject([{ message: { text: 'ann: hi' } }]);
    }
  });
});

describe('the example of an alarm', () => {
  it('reads the message in the message, and passes it on', async () => {
    const alarm = { AlarmName: 'disk', NewStateValue: 'ALARM', NewStateReason: 'above 90' };
    const data = JSON.stringify({ Type: 'Notification', Message: JSON.stringify(alarm) });
    const told: NotificationRequest[] = [];
    const send = async (request: NotificationRequest) => {
      told.push(request);
      return { ok: true as const, result: {} };
    };
    const { document } = open('sns-alarm');
    const outcome = await runDocument(document, { data }, { ports: { notifications: { send } } });
    expect(outcome.output).toEqual({ name: 'disk', state: 'ALARM', reason: 'above 90' });
    expect(told).toMatchObject([{ message: { to: ['duty'], subject: 'disk: ALARM', text: 'above 90' } }]);
  });
});
