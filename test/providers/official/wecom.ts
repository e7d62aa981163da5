import { createRequire } from 'node:module';
import { decrypt, encrypt, getSignature } from '@wecom/crypto';
import type { UnsignedRequest } from '#signatures';
import { betweenPart, queryPart } from '../flip.js';
import { freshness, onChange } from '../strictness.js';
import { official, type OfficialProvider } from '../official-provider.js';
import { sampleId } from '../sample-body.js';

interface Crypt {
  getSignature(timestamp: string, nonce: string, encrypted: string): string;
  encrypt(message: string): string;
  decrypt(encrypted: string): { message: string; id: string };
}
const load = createRequire(import.meta.url);
const WXBizMsgCrypt = load('wechat-crypto') as new (token: string, key: string, id: string) => Crypt;

export const WECOM = {
  token: 'QDG6eK',
  encodingAESKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
  receiveId: 'wx5823bf96d3bd56c7',
} as const;

const wecomCrypto: Crypt = {
  getSignature: (timestamp, nonce, encrypted) => getSignature(WECOM.token, timestamp, nonce, encrypted),
  encrypt: (message) => encrypt(WECOM.encodingAESKey, message, WECOM.receiveId),
  decrypt: (encrypted) => decrypt(WECOM.encodingAESKey, encrypted),
};

const ENCRYPTED = /<Encrypt\s*>(?:<!\[CDATA\[([^\]]*)\]\]>|([^<]*))<\/Encrypt\s*>/;

function isAccepted(crypt: Crypt, { url, body }: UnsignedRequest): boolean {
  const query = new URL(url).searchParams;
  const [, quoted, plain] = ENCRYPTED.exec(body.toString()) ?? [];
  const encrypted = quoted ?? plain ?? '';
  const signature = crypt.getSignature(query.get('timestamp')!, query.get('nonce')!, encrypted);
  // What the packages leave to their user: to compare, and to look whom the message is for.
  return signature === query.get('msg_signature') && crypt.decrypt(encrypted).id === WECOM.receiveId;
}

/** A URL with the parameters that prove `encrypted`. */
export function wecomUrl(url: string, encrypted: string, nonce: string, now: Date): string {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const query = { msg_signature: wecomCrypto.getSignature(timestamp, nonce, encrypted), timestamp, nonce };
  return `${url}?${new URLSearchParams(query).toString()}`;
}

/** The text that WeCom wants back in clear when a URL is registered. */
export const wecomEcho = (text: string): string => wecomCrypto.encrypt(text);

function adapter(name: string, crypt: Crypt): OfficialProvider {
  return official({
    preset: 'wecom',
    name,
    options: WECOM,
    secretOptions: ['token', 'encodingAESKey'],
    signedBy: 'package',
    parts: [
      ...['msg_signature', 'timestamp', 'nonce'].map((parameter) => queryPart(parameter)),
      betweenPart('element Encrypt', '<Encrypt><![CDATA[', ']]>'),
    ],
    stricter: [
      onChange(/method GET/, 'A GET proves its `echostr`, not a body; the packages are not told the method.'),
      freshness(({ url }) => new URL(url).searchParams.get('timestamp') ?? undefined, { seconds: 300 }),
      {
        why: 'The packages are handed the ciphertext; the XML around it has to be XML, in UTF-8, and hold it once.',
        when: ({ request, signed }) => !request.body.equals(signed.body),
      },
      {
        why: 'A parameter that is there twice is none: which of them counts is for every parser to say.',
        when: ({ request }) => {
          const names = [...new URL(request.url).searchParams.keys()];
          return new Set(names).size !== names.length;
        },
      },
    ],
    sample: (url, random) => {
      const event = `<MsgId>${sampleId(random)}</MsgId><Content><![CDATA[支付 & ${sampleId(random)}]]></Content>`;
      const message = `<xml><ToUserName>${WECOM.receiveId}</ToUserName>${event}</xml>`;
      return { method: 'POST', url, headers: { 'content-type': 'text/xml' }, body: Buffer.from(message) };
    },
    sign: (request, now) => {
      const encrypted = crypt.encrypt(request.body.toString());
      const xml = `<xml><ToUserName><![CDATA[id]]></ToUserName><Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`;
      return { ...request, url: wecomUrl(request.url, encrypted, '1372623149', now), body: Buffer.from(xml) };
    },
    verify: (request) => isAccepted(crypt, request),
  });
}

export const wecom: readonly OfficialProvider[] = [
  adapter('@wecom/crypto', wecomCrypto),
  adapter('wechat-crypto', new WXBizMsgCrypt(WECOM.token, WECOM.encodingAESKey, WECOM.receiveId)),
];
