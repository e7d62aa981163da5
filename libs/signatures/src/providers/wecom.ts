import type { Provider } from '../contract.js';

/**
 * WeCom (企业微信) callbacks: messages and events.
 * Source: https://developer.work.weixin.qq.com/document/path/90930
 */
export const wecom: Provider = {
  name: 'wecom',
  title: 'WeCom (企业微信)',
  docs:
    'Verifies `msg_signature` (SHA-1 over token, time, nonce and ciphertext, sorted), decrypts the message ' +
    '(AES-256-CBC) and checks that it was meant for `receiveId` (CorpID, or SuiteID for third parties). The time may ' +
    'differ by 300 seconds. `$context.data` is the decrypted message. The URL check (GET with `echostr`) is answered with ' +
    'the decrypted echo. The delivery id is `MsgId`, for events sender, time and event. WeCom waits 5 seconds and asks ' +
    'three times.',
  link: 'https://developer.work.weixin.qq.com/document/path/90930',
  scheme: { kind: 'encrypted-callback' },
  secrets: 'none',
  options: {
    properties: {
      token: { type: 'string', pattern: '\\S', description: 'Token of the callback settings; use {{$env.NAME}}.' },
      encodingAESKey: {
        type: 'string',
        pattern: '^[A-Za-z0-9+/]{43}$|\\{\\{',
        description: 'EncodingAESKey of the callback settings, 43 characters; use {{$env.NAME}}.',
      },
      receiveId: {
        type: 'string',
        pattern: '\\S',
        description: 'Whom messages are meant for: the CorpID, or the SuiteID of a third-party application.',
      },
    },
    required: ['token', 'encodingAESKey', 'receiveId'],
  },
  deliveryId: {
    first: [
      { xml: 'xml.MsgId' },
      { all: [{ xml: 'xml.FromUserName' }, { xml: 'xml.CreateTime' }, { xml: 'xml.Event' }] },
    ],
  },
  eventType: { first: [{ xml: 'xml.Event' }, { xml: 'xml.MsgType' }, { xml: 'xml.InfoType' }] },
  batch: null,
  handshakes: [
    {
      unsigned: false,
      match: { method: 'GET', query: 'echostr' },
      answer: { kind: 'decrypted-echo', value: { query: 'echostr' } },
    },
  ],
  formPayload: null,
  acknowledgement: { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'success' },
  patienceMs: 5000,
  retryHorizonMs: 60_000,
  sample: {
    headers: { 'content-type': 'text/xml; charset=utf-8' },
    body:
      '<xml><ToUserName><![CDATA[wx5823bf96d3bd56c7]]></ToUserName><FromUserName><![CDATA[mycreate]]></FromUserName>' +
      '<CreateTime>1409659813</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[hello]]></Content>' +
      '<MsgId>4561255354251345929</MsgId><AgentID>218</AgentID></xml>',
  },
  vectors: [
    {
      source: "Sample of Tencent's own libraries: a message",
      entry: {
        secrets: [],
        options: {
          token: 'QDG6eK',
          encodingAESKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
          receiveId: 'wx5823bf96d3bd56c7',
        },
      },
      method: 'POST',
      url:
        'https://hooks.example/?msg_signature=477715d11cdb4164915debcba66cb864d751f3e6' +
        '&timestamp=1409659813&nonce=1372623149',
      body:
        '<xml><ToUserName><![CDATA[wx5823bf96d3bd56c7]]></ToUserName><Encrypt><![CDATA[RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo' +
        '+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSp' +
        'GLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3I' +
        'zoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4X' +
        'XZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E' +
        '7Q==]]></Encrypt><AgentID><![CDATA[218]]></AgentID></xml>',
      headers: { 'content-type': 'text/xml' },
      at: '2014-09-02T12:10:13Z',
    },
    {
      source: "Sample of Tencent's own libraries: the URL check",
      entry: {
        secrets: [],
        options: {
          token: 'QDG6eK',
          encodingAESKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
          receiveId: 'wx5823bf96d3bd56c7',
        },
      },
      method: 'GET',
      url:
        'https://hooks.example/?msg_signature=5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3&timestamp=1409659589' +
        '&nonce=263014780&echostr=P9nAzCzyDtyTWESHep1vC5X9xho%2FqYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp%2B4RPcs8TgAE7OaBO' +
        '%2BFZXvnaqQ%3D%3D',
      body: '',
      headers: {},
      at: '2014-09-02T12:06:29Z',
    },
  ],
};
