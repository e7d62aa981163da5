import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { newId, type HeaderList } from '#shared';
import { signMessage } from '#signatures';
import type { RequestDetail } from '#storage';
import { startTestAdmin, type TestAdmin } from '../testing/start-test-admin.js';

const BODY = Buffer.from('{"zen":"Design for failure."}');
const github = { type: 'signature', provider: 'github', secrets: ['{{$env.GH_NEW}}', '{{$env.GH_OLD}}'] };

describe('the diagnosis of a request', () => {
  let test: TestAdmin;
  beforeEach(async () => {
    test = await startTestAdmin();
  });
  afterEach(() => test.close());

  const secret = (name: string, value: string, window: object = {}) =>
    test.call('PUT', `/api/v1/secrets/${name}`, { body: { value, ...window } });

  async function workflow(auth: object[], more: object = {}): Promise<void> {
    const document = { key: 'orders', trigger: { type: 'webhook', mode: 'async', auth, ...more }, nodes: [] };
    const { status, text } = await test.call('PUT', '/api/v1/workflows/orders', { body: document });
    if (status > 201) throw new Error(text);
  }

  function signed(secretValue: string): HeaderList {
    const request = { method: 'POST', url: 'https://hooks.example.com/api/webhooks/orders', headers: {}, body: BODY };
    const { headers } = signMessage({ provider: 'github', secrets: [secretValue] }, request, new Date());
    return Object.entries(headers);
  }

  function stored(rawHeaders: HeaderList | null, more: Partial<RequestDetail> = {}): string {
    const id = newId();
    test.storage.requestRows.push({
      ...{
        id,
        receivedAt: new Date(),
        workflowKey: 'orders',
        verdict: 'refused',
        gate: 12,
        reason: 'invalid_signature',
      },
      ...{ httpStatus: 401, method: 'POST', url: '/api/webhooks/orders', ip: '192.0.2.1', deliveryId: null },
      ...{ bodyBytes: BODY.length, bodyDiffers: null, executionId: null, secretName: null, latencyMs: 1 },
      ...{ rawHeaders, headers: rawHeaders && Object.fromEntries(rawHeaders), body: BODY, content: null },
      ...more,
    });
    return id;
  }

  const diagnose = async (id: string, query = '') =>
    test.call('POST', `/api/v1/requests/${id}/diagnose${query}`, { as: 'editor' });
  const entriesOf = async (id: string, query = '') => (await diagnose(id, query)).json.entries;
  const codes = (entry: { hints: { code: string }[] }) => entry.hints.map(({ code }) => code);

  it('accepts what a secret of today signs, and names the secret', async () => {
    await workflow([github]);
    await secret('GH_NEW', 'the-new-one');
    await secret('GH_OLD', 'the-old-one');
    const id = stored(signed('the-old-one'));
    const answer = await diagnose(id);
    expect([answer.status, answer.json]).toMatchObject([
      200,
      {
        ...{ requestId: id, workflowKey: 'orders', version: 1 },
        entries: [{ type: 'signature', provider: 'github', verdict: 'accepted', reason: null, secretName: 'GH_OLD' }],
      },
    ]);
  });

  it('refuses another signature, without telling a secret', async () => {
    await workflow([github]);
    await secret('GH_NEW', 'canary-1');
    await secret('GH_OLD', 'canary-2');
    const answer = await diagnose(stored(signed('another')));
    expect(answer.json.entries).toMatchObject([{ verdict: 'refused', reason: 'mismatch', secretName: null }]);
    expect(answer.text).not.toContain('canary');
  });

  it('tells which secrets are missing, ran out or are not in force yet', async () => {
    await workflow([{ ...github, secrets: ['{{$env.A}}', '{{$env.B}}', '{{$env.C}}', '{{$env.D}}'] }]);
    await secret('B', 'b', { notAfter: '2020-01-01T00:00:00Z' });
    await secret('C', 'c', { notBefore: '2999-01-01T00:00:00Z' });
    await secret('D', ' ');
    const [entry] = await entriesOf(stored(signed('b')));
    expect(entry).toMatchObject({ verdict: 'refused', reason: 'misconfigured' });
    expect(codes(entry).slice(0, 4)).toEqual([
      'secret_missing',
      'secret_expired',
      'secret_not_in_force',
      'secret_blank',
    ]);
    expect(entry.hints[1].message).toContain('2020-01-01T00:00:00.000Z');
  });

  it('decides on an address, on HTTPS and on a credential that is not there', async () => {
    await secret('T', 'token-value');
    await workflow(
      [
        { type: 'ip', allow: ['198.51.100.0/24'] },
        { type: 'ip', allow: ['192.0.2.0/24'] },
        { type: 'token', header: 'X-Token', value: '{{$env.T}}' },
        { type: 'basic', username: 'ann', password: '{{$env.T}}' },
      ],
      { httpsOnly: true },
    );
    const entries = await entriesOf(stored([]));
    expect(
      entries.map((entry: { type: string; verdict: string; reason: string }) => [
        entry.type,
        entry.verdict,
        entry.reason,
      ]),
    ).toEqual([
      ['https', 'accepted', null],
      ['ip', 'refused', 'address_not_allowed'],
      ['ip', 'accepted', null],
      ['token', 'refused', 'missing_credential'],
      ['basic', 'refused', 'missing_credential'],
    ]);
    const [https] = await entriesOf(stored([], { gate: 6, reason: 'https_required' }));
    expect(https).toMatchObject({ verdict: 'refused', reason: 'https_required' });
    expect((await entriesOf(stored([], { gate: 5, reason: 'method_not_allowed' })))[0].verdict).toBe('not_decidable');
  });

  it('does not decide on what was masked, and says so', async () => {
    await secret('T', 'token-value');
    await workflow([
      { type: 'token', header: 'X-Token', value: '{{$env.T}}' },
      { type: 'token', query: 'key', value: '{{$env.T}}' },
      { type: 'basic', username: 'ann', password: '{{$env.T}}' },
    ]);
    const headers = [
      ['x-token', '***'],
      ['authorization', '***'],
    ] as const;
    const entries = await entriesOf(stored(headers, { url: '/api/webhooks/orders?key=***' }));
    for (const entry of entries) {
      expect([entry.verdict, codes(entry)]).toEqual(['not_decidable', ['credential_masked']]);
    }
  });

  it('verifies a token that an earlier version did not mask', async () => {
    await secret('T', 'token-value');
    await workflow([{ type: 'token', header: 'X-Token', value: '{{$env.T}}' }]);
    expect((await entriesOf(stored([['x-token', 'token-value']])))[0]).toMatchObject({
      verdict: 'accepted',
      secretName: 'T',
    });
    expect((await entriesOf(stored([['x-token', 'other']])))[0]).toMatchObject({
      verdict: 'refused',
      reason: 'mismatch',
    });
  });

  it('does not decide without headers or body', async () => {
    await workflow([github]);
    await secret('GH_NEW', 'n');
    await secret('GH_OLD', 'o');
    const early = (await entriesOf(stored(null, { body: null, gate: 2 })))[0];
    const unread = (await entriesOf(stored([], { body: null, gate: 7 })))[0];
    expect([early.verdict, codes(early)]).toEqual(['not_decidable', ['headers_not_kept']]);
    expect([unread.verdict, codes(unread)]).toEqual(['not_decidable', ['body_not_read']]);
  });

  it('hints at a masked URL', async () => {
    await workflow([github]);
    await secret('GH_NEW', 'n');
    await secret('GH_OLD', 'o');
    const [entry] = await entriesOf(stored(signed('x'), { url: '/api/webhooks/orders?key=***' }));
    expect(codes(entry)).toContain('url_masked');
  });

  it('asks another version when it is named', async () => {
    await workflow([{ type: 'ip', allow: ['192.0.2.0/24'] }]);
    await workflow([{ type: 'ip', allow: ['198.51.100.0/24'] }]);
    const id = stored([]);
    expect((await diagnose(id)).json).toMatchObject({ version: 2, entries: [{ verdict: 'refused' }] });
    expect((await diagnose(id, '?version=1')).json).toMatchObject({ version: 1, entries: [{ verdict: 'accepted' }] });
    expect((await diagnose(id, '?version=3')).status).toBe(404);
    expect((await diagnose(id, '?version=one')).status).toBe(400);
  });

  it('refuses what is unknown, and a request that reached no workflow', async () => {
    expect((await diagnose(newId())).status).toBe(404);
    expect((await diagnose('none')).status).toBe(404);
    expect((await diagnose(stored([]))).status).toBe(404);
    const nowhere = await diagnose(stored([], { workflowKey: null }));
    expect([nowhere.status, nowhere.json.code]).toEqual([409, 'no_workflow']);
    expect((await test.call('POST', `/api/v1/requests/${newId()}/diagnose`, { as: 'operator' })).status).toBe(403);
  });
});
