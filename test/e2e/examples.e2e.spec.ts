import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json, JsonObject } from '#shared';
import { applyExamples } from '../../apps/local/src/apply-examples.js';
import { answerTask } from '../../apps/local/src/demo/answer-task.js';
import { OUTSIDE_NETWORK, startOutside } from '../../apps/local/src/demo/outside.js';
import type { Outside } from '../../apps/local/src/demo/outside.js';
import { playScene } from '../../apps/local/src/demo/play-scene.js';
import { scenes } from '../../apps/local/src/demo/scenes.js';
import type { Stage } from '../../apps/local/src/demo/stage.js';
import { eventually } from '../support/eventually.js';
import { startHookmill } from '../support/start-hookmill.js';
import type { Hookmill } from '../support/start-hookmill.js';

describe('the examples', () => {
  let hookmill: Hookmill;
  let outside: Outside;
  const dataDir = mkdtempSync(join(tmpdir(), 'hookmill-examples-'));
  const executions = new Map<string, string>();
  const said: string[] = [];

  beforeAll(async () => {
    outside = await startOutside();
    hookmill = await startHookmill({ redis: true, env: { HTTP_ALLOW_PRIVATE: OUTSIDE_NETWORK } });
    await applyAgain();
    await tellSecrets(outside.secrets);
  }, 90_000);
  afterAll(async () => {
    await hookmill?.stop();
    await outside?.close();
    rmSync(dataDir, { recursive: true, force: true });
  }, 60_000);

  function applyAgain(): Promise<void> {
    const { adminUrl, adminKey } = hookmill;
    return applyExamples({ adminUrl, adminKey, dataDir, databaseUrl: null }, (line) => said.push(line));
  }

  async function created(method: string, path: string, body: Json): Promise<JsonObject> {
    const answer = await hookmill.api(method, path, body);
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** They are in force in every process within a second. */
  async function tellSecrets(secrets: Record<string, string>): Promise<void> {
    for (const [name, value] of Object.entries(secrets)) await created('PUT', `/secrets/${name}`, { value });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }

  function stage(): Stage {
    return {
      gatewayUrl: hookmill.gatewayUrls[0]!,
      read: async (path) => {
        const { status, body } = await hookmill.api('GET', path);
        return status === 404 ? null : body;
      },
      send: async (method, path, body) => void (await created(method, path, body)),
      outside,
      print: () => undefined,
      executions,
    };
  }

  function post(key: string, data: Json): Promise<Response> {
    const headers = { 'content-type': 'application/json' };
    const url = `${hookmill.gatewayUrls[0]}/api/webhooks/${key}`;
    return fetch(url, { method: 'POST', headers, body: JSON.stringify(data) });
  }

  const answer = async (key: string, data: Json) => (await (await post(key, data)).json()) as Json;

  /** A form that is accepted; the id of its execution. */
  async function submitForm(form: JsonObject): Promise<string> {
    const id = (await post('form-intake', form)).headers.get('x-execution-id')!;
    expect(await answerTask({ assignee: 'sales', action: 'continue' }, id, stage())).toEqual([]);
    return id;
  }

  const ended = async (id: Json | undefined): Promise<JsonObject> => {
    const look = () => hookmill.api('GET', `/executions/${String(id)}`);
    return (await eventually(look, ({ body }) => Boolean(body['endedAt']))).body;
  };

  it('are all taken, and only secrets of triggers are made up', async () => {
    expect(said.filter((line) => !line.startsWith('Examples applied'))).toEqual([
      expect.stringContaining('Secret GITHUB_WEBHOOK_SECRET has the example value'),
      expect.stringMatching(
        /^Not set, [^:]+: SENSOR_SECRET, SLACK_SIGNING_SECRET, SNS_TOPIC_ARN, STRIPE_SECRET, TWILIO_AUTH_TOKEN, WECOM_CORP_ID, WECOM_ENCODING_AES_KEY, WECOM_TOKEN\.$/,
      ),
    ]);
  });

  // These carry the scripts that the integration guides print, and the two scenarios of those guides to their end.
  it.each(scenes.map((scene) => [scene.title, scene] as const))(
    'as the demo plays them: %s',
    async (_title, scene) => {
      expect(await playScene(scene, stage())).toEqual([]);
    },
    30_000,
  );

  it('go on at the mail once there is a mail server', async () => {
    await tellSecrets({ SMTP_PORT: 'none' });
    const first = await submitForm({ name: 'Joe', email: 'joe@example.com' });
    expect(await ended(first)).toMatchObject({ status: 'failed', error: { code: 'invalid_port' } });
    await tellSecrets(outside.secrets);
    const { body } = await hookmill.api('POST', `/executions/${first}/retry`, { from: 'confirmation' });
    expect(await ended(body['id'])).toMatchObject({ status: 'resolved', output: { status: 'confirmed' } });
    expect(outside.take().mails).toMatchObject([{ to: ['joe@example.com'] }]);
    const filter = encodeURIComponent(JSON.stringify({ name: 'Joe' }));
    const kept = await hookmill.api('GET', `/collections/registrations/records?filter=${filter}`);
    expect(kept.body['items']).toMatchObject([{ status: 'confirmed' }]);
  }, 60_000);

  it('ask another workflow for a part of the answer', async () => {
    expect(await answer('quote', { price: 100, kilos: 12 })).toEqual({ shipping: 9.9, total: 109.9 });
    expect(await answer('quote', { price: 100, kilos: 1 })).toEqual({ shipping: 4.9, total: 104.9 });
  }, 30_000);

  it('loop, race and query for an answer', async () => {
    expect(await answer('order-total', { lines: [{ price: 1.5, count: 4 }] })).toEqual({ lines: 1, total: 6 });
    expect(await answer('stock-check', { count: 3, stock: { north: 1, south: 9 } })).toEqual({ from: 'south' });
    expect(await answer('large-lines', { lines: [{ name: 'desk', price: 200 }] })).toEqual([
      { product: 'desk', price: 200 },
    ]);
  }, 30_000);

  it('have an expense approved by one after the other', async () => {
    const records = '/collections/expenses/records';
    const { id } = await created('POST', records, { title: 'Train', amount: 120 });
    const { executionId } = await created('POST', `${records}/${Number(id)}/approvals`, {
      workflow: 'expense-approval',
    });
    for (const assignee of ['lead', 'finance']) {
      const { body } = await eventually(
        () => hookmill.api('GET', `/tasks?workflow=expense-approval&status=open`),
        ({ body: { items } }) => (items as JsonObject[]).some((task) => task['assignee'] === assignee),
      );
      const tasks = body['items'] as JsonObject[];
      expect(tasks).toMatchObject([{ assignee, title: 'Train for 120, from bootstrap' }]);
      await created('POST', `/tasks/${String(tasks[0]!['id'])}/submit`, { action: 'approve' });
    }
    expect(await ended(executionId)).toMatchObject({ status: 'resolved', output: 'approved' });
    const { body: expense } = await hookmill.api('GET', `${records}/${Number(id)}`);
    expect(expense).toMatchObject({ status: 'approved', decidedBy: 'finance' });
  }, 60_000);

  it('count what waits, by hand as on schedule', async () => {
    const context = { date: '2026-01-05T06:00:00.000Z' };
    await created('POST', '/collections/registrations/records', { name: 'Eve' });
    const run = await created('POST', '/workflows/weekday-summary/execute', { context });
    expect(run).toMatchObject({ status: 'resolved', output: '2026-01-05: 1 undecided' });
  }, 30_000);

  it('are left as people changed them, and collections for ever', async () => {
    const { body } = await hookmill.api('GET', '/collections/registrations');
    const fields = [...(body['fields'] as JsonObject[]), { name: 'seat', type: 'string' }];
    await created('PUT', '/collections/registrations', { title: 'Guests', fields });
    await created('PUT', '/workflows/hello', { ...helloDocument, title: 'Mine' });
    said.length = 0;
    await applyAgain();
    expect(said).toEqual([]);
    expect((await hookmill.api('GET', '/workflows/hello')).body).toMatchObject({ title: 'Mine' });
    // As if every example were new: what people keep in a collection stays.
    rmSync(dataDir, { recursive: true, force: true });
    const again = mkdtempSync(join(tmpdir(), 'hookmill-examples-'));
    const { adminUrl, adminKey } = hookmill;
    await applyExamples({ adminUrl, adminKey, dataDir: again, databaseUrl: null }, (line) => said.push(line));
    rmSync(again, { recursive: true, force: true });
    const kept = (await hookmill.api('GET', '/collections/registrations')).body;
    expect(kept).toMatchObject({ title: 'Guests', fields });
    expect((await hookmill.api('GET', '/workflows/hello')).body).toMatchObject({ title: 'Hello' });
  }, 60_000);
});

const helloDocument: JsonObject = {
  key: 'hello',
  trigger: { type: 'webhook', mode: 'async' },
  nodes: [],
};
