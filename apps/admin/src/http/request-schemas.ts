import { flag, headers, object, orNull, ref, text, time, uuid, whole } from './schema-parts.js';

const request = {
  id: uuid,
  receivedAt: time,
  workflowKey: orNull(text),
  verdict: { enum: ['accepted', 'duplicate', 'filtered', 'handshake', 'refused'] },
  gate: orNull(whole),
  reason: orNull(text),
  httpStatus: {
    ...orNull(whole),
    description: 'what the sender was answered; in sync mode the status of the reply, once the execution has one',
  },
  method: text,
  url: text,
  ip: text,
  deliveryId: orNull(text),
  bodyBytes: orNull(whole),
  bodyDiffers: orNull(flag),
  executionId: orNull(uuid),
  secretName: { ...orNull(text), description: 'name of the secret that matched' },
  latencyMs: {
    ...orNull(whole),
    description: 'milliseconds until it was answered; of accepted ones, until it was handed over to be stored',
  },
};
const bodyEncoding = { enum: ['utf8', 'base64', null] };

/** Schemas of the request log. */
export const requestSchemas = {
  Request: object(request),
  Requests: object(
    {
      items: { type: 'array', items: ref('Request') },
      nextCursor: orNull(text),
      scanned: {
        ...object({ requests: whole, from: orNull(time), complete: flag }),
        description:
          'of a search in headers or bodies: how many requests were looked at and the receipt of the oldest of them; ' +
          'unless complete, go on with nextCursor, also when nothing was found',
      },
    },
    ['scanned'],
  ),
  RequestDetail: object({
    ...request,
    headers,
    rawHeaders: {
      type: ['array', 'null'],
      items: { type: 'array', items: text, minItems: 2, maxItems: 2 },
      description: 'name and value of each, in the order and spelling received',
    },
    body: { type: ['string', 'null'], description: 'up to 256 KB; null above, and when it was never read: see /raw' },
    bodyEncoding,
    content: {
      ...orNull(object({ body: orNull(text), bodyEncoding, bytes: whole, contentType: orNull(text) })),
      description: 'what was parsed where that is not the body as received: decoded, or decrypted by the preset',
    },
  }),
  Refusals: object({
    items: { type: 'array', items: ref('Refusal') },
    nextCursor: orNull(text),
    from: time,
    to: time,
    complete: { ...flag, description: 'false when there were more than 100,000 rows or 1,000 items: the newest count' },
  }),
  Diagnosis: object({
    requestId: uuid,
    workflowKey: text,
    version: whole,
    entries: { type: 'array', items: ref('EntryDiagnosis') },
  }),
  EntryDiagnosis: object({
    type: { ...text, description: 'of the entry of `trigger.auth`; `https` where that is required' },
    provider: orNull(text),
    verdict: { enum: ['accepted', 'refused', 'not_decidable'] },
    reason: orNull(text),
    secretName: { ...orNull(text), description: 'of the secret that matches' },
    hints: { type: 'array', items: object({ code: text, message: text }) },
  }),
  Refusal: object({
    workflowKey: orNull(text),
    gate: whole,
    reason: text,
    count: { ...whole, description: 'all of them' },
    logged: { ...whole, description: 'of them with a row in the log; beyond the rate they are only counted' },
  }),
};
