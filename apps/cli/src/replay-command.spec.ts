import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createApiClient } from './api-client.js';
import { replayCommand, type ReplayOptions } from './replay-command.js';
import { runCli } from './testing/run-cli.js';
import { startFakeApi, type FakeApi, type FakeRequest } from './testing/start-fake-api.js';

describe('hookmill replay', () => {
  let api: FakeApi;
  let answer: (request: FakeRequest) => [number, unknown];
  beforeEach(async () => {
    api = await startFakeApi((request) => answer(request));
  });
  afterEach(() => api.close());

  const run = (...args: string[]) =>
    runCli(['replay', ...args], { HOOKMILL_API_URL: api.url, HOOKMILL_ADMIN_KEY: 'the-key' });

  it('runs one request again and prints the new execution', async () => {
    answer = () => [201, { id: 'e-1', version: 4, status: 'queued' }];
    expect(await run('r/1')).toEqual({ code: 0, out: 'queued  e-1  version 4, a replay of r/1\n', err: '' });
    expect(api.requests).toMatchObject([{ method: 'POST', url: '/api/v1/requests/r%2F1/replay', body: undefined }]);
  });

  it.each([
    [
      ['--workflow', 'orders', '--from', '2026-01-01', '--to', '2026-01-02', '--verdict', 'filtered', '--rate', '7'],
      { requests: { workflow: 'orders', from: '2026-01-01', to: '2026-01-02', verdict: 'filtered' }, rate: 7 },
    ],
    [
      ['--executions', '--workflow', 'orders', '--status', 'error', '--node', 'pay', '--current'],
      { executions: { workflow: 'orders', status: 'error' }, from: 'pay', version: 'current' },
    ],
  ])('asks for many with %j', async (args, body) => {
    answer = () => [201, { id: 'p-1', status: 'queued', total: 12 }];
    expect(await run(...args)).toEqual({ code: 0, out: 'queued  p-1  12 to run again\n', err: '' });
    expect(api.requests).toMatchObject([{ method: 'POST', url: '/api/v1/replays' }]);
    expect(api.requests[0]!.body).toEqual(body);
  });

  it('tells how many there are with --dry-run', async () => {
    answer = () => [200, { count: 3 }];
    expect((await run('--workflow', 'a', '--dry-run')).out).toBe('3 requests would run again\n');
    expect((await run('--workflow', 'a', '--executions', '--dry-run')).out).toBe('3 executions would run again\n');
    expect(api.requests[0]!.body).toEqual({ requests: { workflow: 'a' }, dryRun: true });
  });

  it.each([
    [['--workflow', 'a', '--node', 'n'], '--executions'],
    [['--workflow', 'a', '--executions', '--verdict', 'refused'], '--status'],
    [['r-1', '--workflow', 'a'], 'leave options out'],
    [['--workflow', 'a', '--rate', 'fast'], 'whole number'],
  ])('says what does not go together in %j', async (args, words) => {
    expect(await run(...args)).toMatchObject({ code: 1, out: '', err: expect.stringContaining(words) });
    expect(api.requests).toEqual([]);
  });

  it('says why it is refused', async () => {
    answer = () => [409, { code: 'workflow_disabled', detail: 'Enable it first.' }];
    expect(await run('--workflow', 'a')).toEqual({ code: 1, out: '', err: 'Enable it first.\n' });
  });

  const state = (status: string, started: number, more = {}) => ({
    ...{ id: 'p-1', status, total: 10, started, filtered: 0, refused: 0, gone: 0, skipped: 0, error: null, ...more },
  });

  async function wait(states: object[], options: ReplayOptions = { workflow: 'a', wait: true }) {
    const lines: string[] = [];
    const left = [...states];
    answer = ({ method }) => (method === 'POST' ? [201, state('queued', 0)] : [200, left.shift()]);
    const terminal = { out: (line: string) => void lines.push(line), err: (line: string) => void lines.push(line) };
    const code = await replayCommand(undefined, options, createApiClient({ api: api.url, key: 'k' }), terminal, 1);
    return { code, lines };
  }

  it('waits for the end and prints each step once, with what was left out', async () => {
    const reasons = [{ outcome: 'refused', reason: 'invalid_body', count: 2 }];
    const last = state('done', 8, { refused: 2, reasons });
    const { code, lines } = await wait([
      ...[state('queued', 0), state('running', 4), state('running', 4, { error: 'away' }), state('running', 4)],
      ...[state('running', 4), last],
    ]);
    expect(code).toBe(0);
    expect(lines).toEqual([
      'queued  p-1  10 to run again',
      'queued  0 of 10, 0 started',
      'running  4 of 10, 4 started',
      'running  4 of 10, 4 started  (held up: away)',
      'running  4 of 10, 4 started',
      'done  10 of 10, 8 started',
      '  2 refused (invalid_body)',
    ]);
  });

  it('exits 1 when somebody canceled it meanwhile', async () => {
    expect((await wait([state('canceled', 4)])).code).toBe(1);
  });
});
