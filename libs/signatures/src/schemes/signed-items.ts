import { createHmac, timingSafeEqual } from 'node:crypto';
import { isJsonObject, type Json, type JsonObject } from '#shared';
import { decodeStrictly } from '../bytes.js';
import type { SchemeHandler, SignatureFault, SignedItemsScheme } from '../contract.js';
import { isUsable } from './entry-options.js';
import { memberOf, readJsonObject, readLosslessJsonObject } from './json-text.js';
import { misconfigured, refused } from './verdict.js';

/** What is signed of an item, in order, as paths. */
const FIELDS = [
  ['pspReference'],
  ['originalReference'],
  ['merchantAccountCode'],
  ['merchantReference'],
  ['amount', 'value'],
  ['amount', 'currency'],
  ['eventCode'],
  ['success'],
] as const;

/** The only one that a shop chooses itself, and so the only one that may hold the separator. */
const FREE_FIELD = 'merchantReference';

/** What an event is known by: without them an item says nothing. */
const NEEDED = ['pspReference', 'merchantAccountCode', 'eventCode', 'success'] as const;

const MOST_ITEMS = 1000;

interface SignedItem {
  text: string;
  signature: Buffer;
}

/**
 * Adyen's standard webhooks: every item carries an HMAC-SHA256 over eight of its fields, joined by `:` without escaping
 * (as Adyen's own libraries do for items; only the older flat form escapes). One key must fit all items.
 */
export const signedItemsHandler: SchemeHandler<SignedItemsScheme> = {
  headersOnly: false,
  verify(_scheme, entry, { rawBody }) {
    const keys = entry.secrets.map(readKey);
    if (!keys.some((key) => key !== null)) return misconfigured(rawBody);
    const items = readItems(rawBody);
    if (!Array.isArray(items)) return refused(items);
    // All keys and all items are tried: the time taken tells nothing about what matched.
    const matches = keys.map((key) => {
      const found = items.map((item) => timingSafeEqual(digest(key, item.text), item.signature));
      return key !== null && found.every(Boolean);
    });
    const secretIndex = matches.indexOf(true);
    return secretIndex < 0 ? refused('mismatch') : { ok: true, secretIndex };
  },
  sign(_scheme, entry, request) {
    const key = readKey(entry.secrets[0]);
    const body = readJsonObject(request.body);
    const entries = body && memberOf(body, 'notificationItems');
    if (!key || !body || !Array.isArray(entries)) {
      throw new Error('Signing for Adyen takes a key in hex and a body with notificationItems.');
    }
    const notificationItems = entries.map((held) => {
      const item = memberOf(held, 'NotificationRequestItem');
      const text = isJsonObject(item) ? signedText(item) : null;
      if (text === null) throw new Error('An item lacks a field that Adyen signs.');
      const additionalData = memberOf(item, 'additionalData');
      const hmacSignature = digest(key, text).toString('base64');
      const data = { ...(isJsonObject(additionalData) ? additionalData : {}), hmacSignature };
      return { NotificationRequestItem: { ...(item as JsonObject), additionalData: data } };
    });
    return { ...request, body: Buffer.from(JSON.stringify({ ...body, notificationItems }), 'utf8') };
  },
};

/** A blank key, or one that is no hex, is none. */
function readKey(secret: unknown): Buffer | null {
  return isUsable(secret) ? decodeStrictly(secret.trim(), 'hex') : null;
}

function readItems(rawBody: Buffer): SignedItem[] | SignatureFault {
  const entries = memberOf(readLosslessJsonObject(rawBody) ?? undefined, 'notificationItems');
  if (!Array.isArray(entries) || entries.length === 0 || entries.length > MOST_ITEMS) return 'malformed_body';
  const items: SignedItem[] = [];
  for (const entry of entries) {
    const item = readItem(entry);
    if (typeof item === 'string') return item;
    items.push(item);
  }
  return items;
}

function readItem(entry: Json): SignedItem | SignatureFault {
  const item = memberOf(entry, 'NotificationRequestItem');
  const text = isJsonObject(item) ? signedText(item) : null;
  if (text === null) return 'malformed_body';
  const presented = memberOf(memberOf(item, 'additionalData'), 'hmacSignature');
  if (presented === undefined || presented === null || presented === '') return 'missing_signature';
  const signature = typeof presented === 'string' ? decodeStrictly(presented, 'base64') : null;
  return signature?.length === 32 ? { text, signature } : 'malformed_signature';
}

/**
 * Null when a field is no plain value, or a separator stands where it would let text move from one field to the next:
 * stricter than Adyen's libraries, whose joined text has several readings.
 */
function signedText(item: JsonObject): string | null {
  const values: string[] = [];
  for (const [name, below] of FIELDS) {
    const member = memberOf(item, name);
    const value = below === undefined ? member : memberOf(member, below);
    if (typeof value === 'object' && value !== null) return null;
    const text = value === undefined || value === null ? '' : String(value);
    if (text.includes(':') && name !== FREE_FIELD) return null;
    values.push(text);
  }
  const isKnown = NEEDED.every((name) => values[FIELDS.findIndex(([field]) => field === name)] !== '');
  return isKnown ? values.join(':') : null;
}

function digest(key: Buffer | null, text: string): Buffer {
  return createHmac('sha256', key ?? ' ')
    .update(text, 'utf8')
    .digest();
}
