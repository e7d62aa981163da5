import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from './testing/run-cli.js';
import { startFakeApi, type FakeApi, type FakeRequest } from './testing/start-fake-api.js';

const TWO = 'key: one\nnodes: []\n---\nkey: two\nnodes: []\n';

describe('the hookmill command', () => {
  let folder: string;
  let api: FakeApi;
  let answer: (request: FakeRequest) => [number, unknown];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hookmill-cli-'));
    api = await startFakeApi((request) => answer(request));
  });
  afterEach(async () => {
    await api.close();
    await rm(folder, { recursive: true });
  });

  const run = (...args: string[]) =>
    runCli(args, { HOOKMILL_API_URL: api.url, HOOKMILL_ADMIN_KEY: 'the-key', HOOKMILL_DATA_DIR: folder });

  async function file(name: string, text: string): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, text);
    return path;
  }

  it('applies every document of every file and prints what changed, with the URL', async () => {
    answer = ({ url }) => {
      const key = url.split('/').at(-1) ?? '';
      return [201, { key, url: `http://hooks/api/webhooks/${key}`, enabled: true, version: 1, change: 'created' }];
    };
    const json = await file('c.json', '{"key": "three", "nodes": []}');
    const { code, out, err } = await run('apply', await file('ab.yaml', TWO), json);
    expect([code, err]).toEqual([0, '']);
    expect(out.split('\n').slice(0, 3)).toEqual([
      'created    one  version 1, on  http://hooks/api/webhooks/one',
      'created    two  version 1, on  http://hooks/api/webhooks/two',
      'created    three  version 1, on  http://hooks/api/webhooks/three',
    ]);
    expect(api.requests[0]).toEqual({
      method: 'PUT',
      url: '/api/v1/workflows/one',
      authorization: 'Bearer the-key',
      body: { key: 'one', nodes: [] },
    });
  });

  it('prints no URL for a workflow that has none', async () => {
    answer = () => [201, { key: 'daily', url: null, enabled: true, version: 1, change: 'created' }];
    const { out } = await run('apply', await file('a.yaml', 'key: daily\n'));
    expect(out).toBe('created    daily  version 1, on\n');
  });

  it('creates a document that has no key', async () => {
    answer = () => [201, { key: 'abc', url: 'http://hooks/abc', enabled: false, version: 1, change: 'created' }];
    await run('apply', await file('a.yaml', 'nodes: []'));
    expect(api.requests).toMatchObject([{ method: 'POST', url: '/api/v1/workflows' }]);
  });

  it('prints each fault with file, pointer and message, goes on, and exits 1', async () => {
    const faults = [
      { pointer: '/nodes/0/type', code: 'unknown_node', message: 'there is no node "x"' },
      { pointer: '', code: 'missing', message: 'add a trigger' },
    ];
    answer = ({ url }) =>
      url.endsWith('/one')
        ? [400, { code: 'invalid_document', detail: 'faults', faults }]
        : [200, { key: 'two', url: 'u', enabled: true, version: 2, change: 'updated' }];
    const path = await file('ab.yaml', TWO);
    const { code, out, err } = await run('apply', path);
    expect(code).toBe(1);
    expect(err).toBe(
      `${path}#1: /nodes/0/type: there is no node "x" (unknown_node)\n${path}#1: /: add a trigger (missing)\n`,
    );
    expect(out).toContain('updated    two');
  });

  it('prints a conflict with its words', async () => {
    answer = () => [409, { code: 'mode_differs', detail: 'a workflow keeps its mode' }];
    const path = await file('a.yaml', 'key: a\n');
    expect(await run('apply', path)).toEqual({ code: 1, out: '', err: `${path}: a workflow keeps its mode\n` });
  });

  it('validates over the API', async () => {
    answer = ({ body }) => [
      200,
      body.key === 'one'
        ? { valid: true, faults: [] }
        : { valid: false, faults: [{ pointer: '/a', code: 'invalid', message: 'm' }] },
    ];
    const path = await file('ab.yaml', TWO);
    const { code, out, err } = await run('validate', path);
    expect([code, out, err]).toEqual([1, `valid      ${path}#1\n`, `${path}#2: /a: m (invalid)\n`]);
    expect(api.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /api/v1/workflows/validate',
      'POST /api/v1/workflows/validate',
    ]);
  });

  it.each([
    ['a: [', / at line 1, column 5\n$/],
    ['key: a\n  b: c\n', /: Nested mappings .* at line 1, column 6\n$/],
    ['key: a\nkey: b\n', /: Map keys must be unique at line 2, column 1\n$/],
    ['key: *unknown\n', /: Unresolved alias .*unknown\n$/],
    ['nodes: &a [*a]\n', /: Converting circular structure to JSON\n$/],
    ['', /holds no document\.\n$/],
    ['# nothing\n', /holds no document\.\n$/],
  ])('says in one line what is wrong with the file %j', async (text, words) => {
    const path = await file('a.yaml', text);
    const { code, out, err } = await run('apply', path);
    expect([code, out, err]).toEqual([1, '', expect.stringMatching(words)]);
    expect(err.split('\n')).toEqual([expect.stringContaining(path), '']);
    expect(api.requests).toEqual([]);
  });

  it('says what is wrong with a file that is absent, or a folder', async () => {
    const absent = join(folder, 'absent.yaml');
    expect(await run('apply', absent)).toEqual({ code: 1, out: '', err: `${absent} does not exist.\n` });
    expect(await run('apply', folder)).toMatchObject({ code: 1, err: expect.stringContaining('is a folder') });
  });

  it('applies nothing when one of the files cannot be read', async () => {
    answer = () => [200, {}];
    await run('apply', await file('a.yaml', 'key: a\n'), join(folder, 'absent.yaml'));
    expect(api.requests).toEqual([]);
  });

  const execution = {
    id: '0199-1',
    workflowKey: 'orders',
    version: 3,
    status: 'failed',
    reason: 'timeout',
    requestId: 'r-1',
    createdAt: '2026-01-01T00:00:00.000Z',
    startedAt: '2026-01-01T00:00:01.000Z',
    endedAt: '2026-01-01T00:00:01.250Z',
  };

  it('lists executions as a table', async () => {
    answer = () => [200, { items: [execution, { ...execution, startedAt: null, endedAt: null }], nextCursor: null }];
    const { out } = await run('executions', '--workflow', 'orders', '--status', 'failed', '--limit', '2');
    expect(out.split('\n')).toEqual([
      'ID      WORKFLOW  VERSION  STATUS            STARTED                   DURATION',
      '0199-1  orders    3        failed (timeout)  2026-01-01T00:00:01.000Z  250 ms',
      '0199-1  orders    3        failed (timeout)  -                         -',
      '',
    ]);
    expect(api.requests[0]?.url).toBe('/api/v1/executions?workflow=orders&status=failed&limit=2');
  });

  it('shows one execution with input, result, error and log of its node runs, without control characters', async () => {
    const nodeRun = {
      ...{
        nodeKey: 'check',
        type: 'script',
        status: 'error',
        input: { content: 'x' },
        result: { long: 'y'.repeat(120) },
      },
      ...{ error: { code: 'script_error', message: 'boom' }, log: 'first\n\u001b[31mred\n' },
      ...{ startedAt: execution.startedAt, endedAt: execution.endedAt },
    };
    const rest = { context: { data: { amount: 7 } }, reply: { status: 500, body: 'no' }, output: null, error: null };
    answer = () => [200, { ...execution, ...rest, nodeRuns: [nodeRun] }];
    const { out } = await run('executions', '0199-1');
    for (const text of [
      '{"amount":7}',
      'check (script)  error',
      '{"content":"x"}',
      'script_error: boom',
      '      first',
    ]) {
      expect(out).toContain(text);
    }
    expect(out).toContain('reply      500 no');
    expect(out).not.toContain('\u001b');
  });

  it('cancels an execution', async () => {
    answer = () => [200, { ...execution, status: 'canceled' }];
    expect(await run('executions', 'cancel', '0199-1')).toEqual({ code: 0, out: 'canceled  0199-1\n', err: '' });
    expect(api.requests).toMatchObject([{ method: 'POST', url: '/api/v1/executions/0199-1/cancel', body: undefined }]);
  });

  it('says why an execution cannot be canceled', async () => {
    answer = () => [409, { code: 'execution_ended', detail: 'It has ended already.' }];
    const refused = await run('executions', 'cancel', '0199-1');
    expect(refused).toEqual({ code: 1, out: '', err: 'It has ended already.\n' });
  });

  it.each([
    [[], { version: 'same' }],
    [['--from', 'check'], { from: 'check', version: 'same' }],
    [['--from', 'check', '--current'], { from: 'check', version: 'current' }],
  ])('retries an execution with %j and prints the new one', async (options, body) => {
    answer = () => [201, { ...execution, id: '0199-9', status: 'queued' }];
    const { code, out } = await run('executions', 'retry', '0199-1', ...options);
    expect([code, out]).toEqual([0, 'queued  0199-9  version 3, a retry of 0199-1\n']);
    expect(api.requests).toMatchObject([{ method: 'POST', url: '/api/v1/executions/0199-1/retry' }]);
    expect(api.requests[0]?.body).toEqual(body);
  });

  it('gives the API answer with --json', async () => {
    answer = () => [200, { items: [execution], nextCursor: 'n' }];
    expect(JSON.parse((await run('executions', '--json')).out)).toEqual({ items: [execution], nextCursor: 'n' });
    expect(JSON.parse((await run('requests', '--json')).out).nextCursor).toBe('n');
  });

  const request = {
    ...{ id: '0199-2', receivedAt: '2026-01-01T00:00:00.000Z', workflowKey: null, verdict: 'refused', gate: 12 },
    ...{ reason: 'signature', httpStatus: 401, method: 'POST', url: '/api/webhooks/x', ip: '192.0.2.1' },
    ...{ deliveryId: null, bodyBytes: 2, executionId: null },
  };

  it('lists requests, and shows one with headers and body', async () => {
    answer = ({ url }) =>
      url.includes('0199-2')
        ? [200, { ...request, headers: { 'x-a': 'b' }, body: '{}', bodyEncoding: 'utf8' }]
        : [200, { items: [request], nextCursor: null }];
    expect((await run('requests', '--verdict', 'refused')).out).toContain('refused (signature)');
    const { out } = await run('requests', '0199-2');
    expect(out).toContain('  x-a: b\n\n{}\n');
    expect(out).toContain('refused (signature, gate 12)');
  });

  it('passes on what is searched for, and says how far a search looked', async () => {
    const scanned = { requests: 10_000, from: '2026-01-02T00:00:00.000Z', complete: false };
    answer = () => [200, { items: [], nextCursor: 'on-1', scanned }];
    const search = ['--from', '2026-01-01', '--to', '2026-01-03', '--delivery-id', 'd/1', '--limit', '5'];
    const { out } = await run('requests', ...search, '--header', 'x-a:b', '--json-path', 'a.b=1');
    expect(out).toBe(
      'No such requests so far.\n' +
        'Looked at 10000 requests, back to 2026-01-02T00:00:00.000Z. Go on with --cursor on-1\n',
    );
    const query = new URL(api.requests[0]!.url, api.url).searchParams;
    expect(Object.fromEntries(query)).toEqual({
      ...{ from: '2026-01-01', to: '2026-01-03', deliveryId: 'd/1', header: 'x-a:b', json: 'a.b=1', limit: '5' },
    });
    answer = () => [200, { items: [], nextCursor: null, scanned: { ...scanned, complete: true } }];
    expect((await run('requests', '--ip', '::1', '--cursor', 'on-1')).out).toBe('There are no such requests.\n');
  });

  it('shows secret, time and headers as received', async () => {
    const given = { ...request, verdict: 'accepted', reason: null, gate: null, secretName: 'GH_NEW', latencyMs: 12 };
    answer = ({ url }) =>
      url.includes('0199-2')
        ? [
            200,
            {
              ...given,
              headers: { 'x-a': '1, 2' },
              rawHeaders: [
                ['X-A', '1'],
                ['x-a', '2'],
              ],
              body: null,
              bodyEncoding: null,
            },
          ]
        : [200, { items: [given], nextCursor: null }];
    expect((await run('requests')).out).toMatch(/ANSWER {2}MS {2}SECRET .*\n.* 401 +12 +GH_NEW +-/);
    const { out } = await run('requests', '0199-2');
    expect(out).toContain('answered   401 in 12 ms\n');
    expect(out).toContain('secret     GH_NEW\n');
    expect(out).toContain('  X-A: 1\n  x-a: 2\n');
  });

  const entry = { type: 'signature', provider: 'github', verdict: 'refused', reason: 'mismatch', secretName: null };
  const hint = { code: 'secret_missing', message: 'There is no secret named A\u001b[31m.' };

  it('tells why a stored request was refused, and exits 1', async () => {
    const accepted = { type: 'ip', provider: null, verdict: 'accepted', reason: null, secretName: null, hints: [] };
    const entries = [accepted, { ...entry, hints: [hint] }];
    answer = () => [200, { requestId: '0199-2', workflowKey: 'orders', version: 3, entries }];
    const { code, out } = await run('verify', '0199-2', '--workflow-version', '3');
    expect([code, out.split('\n')]).toEqual([
      1,
      [
        'request 0199-2, workflow orders version 3',
        'accepted       ip',
        'refused        signature github  (mismatch)',
        '  There is no secret named A\ufffd[31m. (secret_missing)',
        '',
      ],
    ]);
    expect(api.requests).toMatchObject([{ method: 'POST', url: '/api/v1/requests/0199-2/diagnose?version=3' }]);
  });

  it('exits 0 when nothing refuses it', async () => {
    const matched = { ...entry, verdict: 'accepted', reason: null, secretName: 'GH_NEW', hints: [] };
    answer = () => [200, { requestId: '0199-2', workflowKey: 'orders', version: 3, entries: [matched] }];
    const { code, out } = await run('verify', '0199-2');
    expect([code, out]).toEqual([0, expect.stringContaining('accepted       signature github  (by GH_NEW)\n')]);
    answer = () => [200, { requestId: '0199-2', workflowKey: 'orders', version: 3, entries: [] }];
    expect(await run('verify', '0199-2')).toMatchObject({ code: 0, out: expect.stringContaining('It is public') });
  });

  it('verifies a message without a running Hookmill', async () => {
    const body = await file('body.json', '{"a":1}');
    const signature = createHmac('sha256', 'the-secret').update('{"a":1}').digest('hex');
    const message = ['--header', `X-Hub-Signature-256: sha256=${signature}`, '--body', body];
    const verify = (...args: string[]) => runCli(['verify', '--provider', 'github', ...args], { GH: 'the-secret' });
    expect(await verify(...message, '--secret', 'another', '--secret-env', 'GH')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^accepted {7}signature github\n/),
    });
    const wrong = await verify(...message, '--secret', 'another-secret');
    expect(wrong).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^refused {8}signature github {2}\(mismatch\)/),
    });
    expect(wrong.out).not.toContain('another-secret');
    expect(api.requests).toEqual([]);
  });

  it.each([
    [[], 'Give the id of a request, or --provider.'],
    [['0199-2', '--provider', 'github'], 'Give the id of a request, or --provider.'],
    [['--provider', 'nobody'], 'There is no preset "nobody": use one of '],
    [['--provider', 'github', '--header', 'x'], '--header must be "name: value"'],
    [['--provider', 'github', '--option', 'x'], '--option must be name=value'],
    [['--provider', 'github', '--at', 'noon'], '--at must be an ISO 8601 time'],
    [['--provider', 'github', '--body', '/nowhere'], '/nowhere cannot be read (ENOENT)'],
    [['--provider', 'github', '--secret-env', 'NOT_SET'], 'NOT_SET is not set'],
  ])('says what is wrong with verify %j', async (args, words) => {
    const { code, out, err } = await run('verify', ...args);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain(words);
    expect(api.requests).toEqual([]);
  });

  it('says that there is nothing', async () => {
    answer = () => [200, { items: [], nextCursor: null }];
    expect((await run('executions')).out).toContain('no such executions');
    expect((await run('requests')).out).toContain('no such requests');
  });

  it('says what to do when the API does not know the key, or refuses', async () => {
    answer = () => [401, { code: 'unauthorized', detail: 'x' }];
    expect(await run('executions')).toMatchObject({ code: 1, err: expect.stringContaining('--key') });
    answer = () => [404, { code: 'not_found', detail: 'There is no execution "x".' }];
    expect(await run('executions', 'x')).toEqual({ code: 1, out: '', err: 'There is no execution "x".\n' });
    answer = () => [502, '<html>'];
    expect((await run('executions')).err).toContain('is it the management API?');
  });

  it.each(['a\nb', 'schl\u00fcssel', '\u043a\u043b\u044e\u0447'])(
    'says that %j is no key without showing it',
    async (key) => {
      const { code, err } = await run('--key', key, 'executions');
      expect([code, err.split('\n').length]).toEqual([1, 2]);
      expect(err).toContain('check --key');
      expect(err).not.toContain(key);
      expect(api.requests).toEqual([]);
    },
  );

  it('says to run npm start when nothing listens', async () => {
    const { url } = api;
    await api.close();
    const { code, err } = await run('--api', url, 'executions');
    expect([code, err]).toEqual([1, expect.stringMatching(/ECONNREFUSED.*npm start/)]);
    api = await startFakeApi((given) => answer(given));
  });
});
