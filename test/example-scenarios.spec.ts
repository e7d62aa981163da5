import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import {
  compileWorkflow,
  isWebhookWorkflow,
  type EnginePorts,
  type MailRequest,
  type NotificationRequest,
  type TaskState,
  type Write,
} from '#engine';
import { committedRuns, fakeHttp, inMemoryJournal, runDocument, runToResult } from '#engine/testing';
import type { Json } from '#shared';

const read = (name: string): unknown => parse(readFileSync(new URL(`../examples/${name}`, import.meta.url), 'utf8'));

describe('form-intake', () => {
  /** Runs to the task, then on with its answer; `email` is that of the form. */
  async function submit(email: string | null, answer: Pick<TaskState, 'action' | 'values' | 'comment'>) {
    const mails: MailRequest[] = [];
    const record = (write: Write): Json =>
      write.kind === 'create_record' ? { ...write.values, id: 7, owner: 'sales' } : 1;
    const before = inMemoryJournal({ apply: record });
    const data = { name: ' Ann ', ...(email === null ? {} : { email }) };
    const context = { data };
    expect(await runToResult(read('form-intake.yaml'), context, { ports: { journal: before } })).toEqual({
      kind: 'suspended',
    });
    const journal = inMemoryJournal({ apply: record });
    const task: TaskState = { ...answer, assignee: 'sales', status: 'done', submittedAt: '2026-01-02T03:04:05.000Z' };
    const outcome = await runDocument(read('form-intake.yaml'), context, {
      restored: committedRuns(before.entries),
      env: { SMTP_HOST: 'mail.example.com', SMTP_USER: 'u', SMTP_PASSWORD: 'p' },
      ports: {
        journal,
        tasks: { find: async () => [task] },
        mail: {
          send: async (mail) => {
            mails.push(mail);
            return { ok: true, result: {} };
          },
        },
      },
    });
    const writes = [...before.entries, ...journal.entries].flatMap(({ write }) => write ?? []);
    return { outcome, mails, writes };
  }
  const filter = { id: { $eq: { $value: 7 } } };

  it('keeps the form, asks its owner, and confirms by mail what was accepted', async () => {
    const answer = { action: 'continue', values: { note: 'seat 12' }, comment: null };
    const { outcome, mails, writes } = await submit('ann@example.com', answer);
    expect(outcome).toMatchObject({ status: 'resolved', output: { registration: 7, status: 'confirmed' } });
    expect(writes).toMatchObject([
      { kind: 'create_record', collection: 'registrations', values: { name: 'Ann', email: 'ann@example.com' } },
      { kind: 'open_tasks', tasks: [{ assignee: 'sales', title: 'Registration of Ann' }] },
      { kind: 'update_records', filter, values: { status: 'confirmed', note: 'seat 12' } },
    ]);
    expect(mails).toMatchObject([
      {
        provider: { host: 'mail.example.com', port: 587, secure: false, auth: { user: 'u', pass: 'p' } },
        to: ['ann@example.com'],
        text: expect.stringMatching(/^Hello Ann,[^]*no\. 7 [^]*seat 12/),
      },
    ]);
  });

  it('declines what was rejected, and writes to nobody', async () => {
    const { outcome, mails, writes } = await submit('ann@example.com', {
      ...{ action: 'reject', values: {}, comment: 'full' },
    });
    expect(outcome).toMatchObject({ status: 'resolved', output: { registration: 7, status: 'declined' } });
    expect(writes.at(-1)).toMatchObject({ filter, values: { status: 'declined', note: 'full' } });
    expect(mails).toEqual([]);
  });

  it.each([null, ''])('confirms without a mail when the address is %j', async (email) => {
    const { outcome, mails } = await submit(email, { action: 'continue', values: {}, comment: null });
    expect(outcome).toMatchObject({ status: 'resolved', output: { status: 'confirmed' } });
    expect(mails).toEqual([]);
  });

  it('refuses a form without a name or with an address that is none', () => {
    const compiled = compileWorkflow(read('form-intake.yaml'));
    const validate =
      compiled.ok && isWebhookWorkflow(compiled.workflow) ? compiled.workflow.trigger.validateBody : null;
    expect(validate?.({ name: 'Ann' })).toEqual([]);
    expect(validate?.({ name: 'Ann', email: '' })).toEqual([]);
    const faulty = [{ email: 'ann@example.com' }, { name: ' ' }, { name: 'Ann', email: 'nowhere' }, { name: 'A\nB' }];
    for (const data of faulty) expect(validate?.(data)).not.toEqual([]);
  });
});

describe('github-push', () => {
  const push = { ref: 'refs/heads/main', after: 'abc', commits: [{}, {}], repository: { full_name: 'o/r' } };

  async function deliver(data: Json) {
    const http = fakeHttp();
    const told: NotificationRequest[] = [];
    const notifications: EnginePorts['notifications'] = {
      send: async (request) => {
        told.push(request);
        return { ok: false, code: 'missing_secret', message: 'none', wasSent: false, retryAfterMs: null };
      },
    };
    const env = { DEPLOY_URL: 'https://deploy.example.com/start' };
    const outcome = await runDocument(read('github-push.yaml'), { data }, { env, ports: { http, notifications } });
    return { outcome, calls: http.sent, told };
  }

  it('deploys what is pushed to main and tells the team, which may fail', async () => {
    const { outcome, calls, told } = await deliver(push);
    expect(outcome).toMatchObject({
      status: 'resolved',
      output: { deploy: true, repository: 'o/r', revision: 'abc', commits: 2 },
    });
    expect(calls).toMatchObject([
      { url: 'https://deploy.example.com/start', body: '{"repository":"o/r","revision":"abc"}' },
    ]);
    expect(told).toMatchObject([{ channel: 'team', message: { text: 'o/r: 2 commit(s) on main, deploying abc' } }]);
  });

  it.each([
    ['another branch', { ...push, ref: 'refs/heads/feature/x' }, 'feature/x'],
    ['the end of a branch', { ...push, deleted: true, commits: [] }, 'main'],
  ])('does nothing for %s', async (_what, data, branch) => {
    const { outcome, calls, told } = await deliver(data);
    expect(outcome.output).toEqual({ deploy: false, branch });
    expect([calls, told]).toEqual([[], []]);
  });
});
