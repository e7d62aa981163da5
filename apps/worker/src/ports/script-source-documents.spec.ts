import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import type { Json } from '#shared';
import { createScriptRunner } from './script-runner.js';

/** The three scripts as the source documents print them, in each language. */
const DOCUMENTS = [
  {
    language: 'dutch',
    signature: `// Voorbeeld: Verifieer GitHub Webhook-handtekening
const crypto = require('crypto');
const signature = context.headers['x-hub-signature-256'];
const payload = JSON.stringify(context.data);
const secret = 'your-webhook-secret';
const expectedSignature = 'sha256=' + crypto
  .createHmac('sha256', secret)
  .update(payload)
  .digest('hex');

if (signature !== expectedSignature) {
  throw new Error('Invalid signature');
}
`,
    form: `// 1. Valideer de gegevensbron
// 2. Parseer de formuliergegevens
const formData = context.data;

// 3. Maak een klantrecord aan
// 4. Wijs toe aan de relevante verantwoordelijke
// 5. Stuur een bevestigingsmail naar de indiener
if (formData.email) {
  // Stuur een e-mailmelding
}
`,
    push: `// 1. Parseer de push-gegevens
const commits = context.data.commits;
const branch = context.data.ref.replace('refs/heads/', '');

// 2. Als het de hoofdtak is
if (branch === 'main') {
  // 3. Activeer het implementatieproces
  // 4. Breng teamleden op de hoogte
}
`,
  },
  {
    language: 'swedish',
    signature: `// Exempel: Verifiera GitHub Webhook-signatur
const crypto = require('crypto');
const signature = context.headers['x-hub-signature-256'];
const payload = JSON.stringify(context.data);
const secret = 'your-webhook-secret';
const expectedSignature = 'sha256=' + crypto
  .createHmac('sha256', secret)
  .update(payload)
  .digest('hex');

if (signature !== expectedSignature) {
  throw new Error('Invalid signature');
}
`,
    form: `// 1. Verifiera datakälla
// 2. Parsa formulärdata
const formData = context.data;

// 3. Skapa kundpost
// 4. Tilldela till relevant ansvarig
// 5. Skicka bekräftelsemejl till den som skickade in
if (formData.email) {
  // Skicka e-postnotifikation
}
`,
    push: `// 1. Parsa push-data
const commits = context.data.commits;
const branch = context.data.ref.replace('refs/heads/', '');

// 2. Om det är huvudgrenen
if (branch === 'main') {
  // 3. Trigga driftsättningsprocess
  // 4. Meddela teammedlemmar
}
`,
  },
  {
    language: 'chinese',
    signature: `// 示例: 验证 GitHub Webhook 签名
const crypto = require('crypto');
const signature = context.headers['x-hub-signature-256'];
const payload = JSON.stringify(context.data);
const secret = 'your-webhook-secret';
const expectedSignature = 'sha256=' + crypto
  .createHmac('sha256', secret)
  .update(payload)
  .digest('hex');

if (signature !== expectedSignature) {
  throw new Error('Invalid signature');
}
`,
    form: `// 1. 验证数据来源
// 2. 解析表单数据
const formData = context.data;

// 3. 创建客户记录
// 4. 分配给相关负责人
// 5. 发送确认邮件给提交者
if (formData.email) {
  // 发送邮件通知
}
`,
    push: `// 1. 解析推送数据
const commits = context.data.commits;
const branch = context.data.ref.replace('refs/heads/', '');

// 2. 如果是主分支
if (branch === 'main') {
  // 3. 触发部署流程
  // 4. 通知团队成员
}
`,
  },
];

const SECRET = 'your-webhook-secret';
let runner: ReturnType<typeof createScriptRunner>;
beforeAll(() => {
  runner = createScriptRunner({ poolSize: 1 });
});
afterAll(() => runner.close());

function run(content: string, context: Json) {
  return runner.run({ content, globals: { context }, timeoutMs: 5_000, signal: new AbortController().signal });
}

const sign = (body: string): string => 'sha256=' + createHmac('sha256', SECRET).update(body).digest('hex');

describe.each(DOCUMENTS)('the $language source document', ({ signature, form, push }) => {
  const data = { ref: 'refs/heads/main', commits: [{ id: '1', message: 'größer \u2028 \u0000' }] };

  it('lets a request with a good GitHub signature pass', async () => {
    const headers = { 'x-hub-signature-256': sign(JSON.stringify(data)) };
    expect(await run(signature, { data, headers })).toEqual({ ok: true, result: null, log: '' });
  });

  it('refuses a request with a forged GitHub signature', async () => {
    const headers = { 'x-hub-signature-256': sign(JSON.stringify({ ...data, ref: 'refs/heads/other' })) };
    expect(await run(signature, { data, headers })).toEqual({
      ok: false,
      code: 'script_error',
      message: 'Invalid signature',
      log: '',
    });
  });

  it('handles a submitted form', async () => {
    expect(await run(form, { data: { email: 'a@example.com' } })).toMatchObject({ ok: true });
  });

  it('handles a push', async () => {
    expect(await run(push, { data })).toMatchObject({ ok: true });
  });

  it('reports a push without a ref as an error of the script', async () => {
    expect(await run(push, { data: {} })).toMatchObject({ ok: false, code: 'script_error' });
  });
});
