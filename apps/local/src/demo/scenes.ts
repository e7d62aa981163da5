import { createHmac } from 'node:crypto';
import { EXAMPLE_SECRET } from '../apply-examples.js';
import type { Effects, Scene, SceneRequest } from './scene.js';

const JSON_TYPE = { 'content-type': 'application/json' };

function post(path: string, body: string, headers: Record<string, string>): SceneRequest {
  return { method: 'POST', path: `/api/webhooks/${path}`, body, headers };
}

/** GitHub's way: HMAC-SHA256 over the exact bytes, hex, after `sha256=`. */
function signature(body: string, secret: string): Record<string, string> {
  return { 'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` };
}

/** An event of GitHub, a push unless the headers say another one. */
function signedEvent(body: string, headers: Record<string, string>): SceneRequest {
  return post('github-push', body, { ...PUSH_HEADERS, ...headers, ...signature(body, EXAMPLE_SECRET) });
}

const PUSH = JSON.stringify({
  ref: 'refs/heads/main',
  after: '6113728f27ae82c7b1a177c8d03f9e96e0adf246',
  repository: { full_name: 'octocat/hello-world' },
  commits: [{ id: '6113728f', message: 'Fix it' }],
});
const PUSH_HEADERS = {
  ...JSON_TYPE,
  'x-github-event': 'push',
  'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
};
const PUSH_RESULT = {
  deploy: true,
  repository: 'octocat/hello-world',
  revision: '6113728f27ae82c7b1a177c8d03f9e96e0adf246',
  commits: 1,
};
const PUSH_CALLS: NonNullable<Effects['calls']> = [
  {
    path: '/deploy',
    body: { repository: 'octocat/hello-world', revision: '6113728f27ae82c7b1a177c8d03f9e96e0adf246' },
  },
  {
    path: '/team',
    body: {
      text: 'octocat/hello-world: 1 commit(s) on main, deploying 6113728f27ae82c7b1a177c8d03f9e96e0adf246',
    },
  },
];
const SIGNED_PUSH = signedEvent(PUSH, {});
const PUSH_TITLE = 'GitHub reports a push to main, signed: it is deployed, and the team is told';
const SCRIPT_SECRET = 'your-webhook-secret';

function payment(state: string): SceneRequest {
  return post('answer-by-condition', JSON.stringify({ payment: { id: 'p-1', state } }), JSON_TYPE);
}

/** The story that `npm run demo` tells, in order, with the examples that `npm start` applies. */
export const scenes: readonly Scene[] = [
  {
    title: 'An event is accepted and runs afterwards',
    request: post('hello', '{"event":"test","data":{"message":"Hello"}}', JSON_TYPE),
    expect: {
      status: 200,
      body: 'ok',
      verdict: 'accepted',
      execution: { status: 'resolved', output: { event: 'test', message: 'Hello' } },
    },
  },
  {
    title: 'A payment that was made is answered by the workflow',
    request: payment('paid'),
    expect: {
      status: 200,
      body: { success: true, payment: 'p-1' },
      verdict: 'accepted',
      execution: { status: 'resolved' },
    },
  },
  {
    title: 'A payment that failed gets another answer from the same workflow',
    request: payment('declined'),
    expect: {
      status: 422,
      body: { success: false, payment: 'p-1', state: 'declined' },
      verdict: 'accepted',
      execution: { status: 'resolved' },
    },
  },
  {
    title: 'A form arrives as a browser sends it: kept, accepted by the one in charge, confirmed by mail',
    request: post('form-intake', 'name=Ann&email=ann%40example.com&message=Window+seat%3F', {
      'content-type': 'application/x-www-form-urlencoded',
    }),
    task: { assignee: 'sales', action: 'continue', values: { note: 'Seat 12, at the window.' } },
    expect: {
      status: 202,
      body: { received: true, name: 'Ann' },
      verdict: 'accepted',
      execution: { status: 'resolved', output: { registration: 1, status: 'confirmed' } },
      effects: {
        record: {
          collection: 'registrations',
          values: {
            ...{ id: 1, name: 'Ann', email: 'ann@example.com', message: 'Window seat?', owner: 'sales' },
            ...{ status: 'confirmed', note: 'Seat 12, at the window.' },
          },
        },
        mails: [{ to: ['ann@example.com'], subject: 'Your registration is confirmed' }],
        message: { to: 'sales', text: 'Ann: new, now confirmed' },
      },
    },
  },
  {
    title: 'The same form as JSON: the one in charge rejects it, and no mail is sent',
    request: post('form-intake', '{"name":"Bob","email":"bob@example.com"}', JSON_TYPE),
    task: { assignee: 'sales', action: 'reject', comment: 'No seat left.' },
    expect: {
      status: 202,
      body: { received: true, name: 'Bob' },
      verdict: 'accepted',
      execution: { status: 'resolved', output: { registration: 2, status: 'declined' } },
      effects: {
        record: {
          collection: 'registrations',
          values: { id: 2, name: 'Bob', status: 'declined', note: 'No seat left.' },
        },
        message: { to: 'sales', text: 'Bob: new, now declined' },
      },
    },
  },
  {
    title: 'A form without a name is refused before anything runs',
    request: post('form-intake', '{"email":"ann@example.com"}', JSON_TYPE),
    expect: { status: 400, verdict: 'refused', gate: 15, execution: null },
  },
  {
    title: PUSH_TITLE,
    request: SIGNED_PUSH,
    expect: {
      status: 200,
      verdict: 'accepted',
      execution: { status: 'resolved', output: PUSH_RESULT },
      effects: { calls: PUSH_CALLS },
    },
  },
  {
    title: 'GitHub delivers the same push again: answered like the first, nothing runs twice',
    request: SIGNED_PUSH,
    expect: {
      status: 200,
      headers: { 'idempotent-replayed': 'true' },
      verdict: 'duplicate',
      execution: { status: 'resolved', output: PUSH_RESULT },
      sameExecutionAs: PUSH_TITLE,
    },
  },
  {
    title: 'A push to another branch deploys nothing',
    request: signedEvent(PUSH.replace('refs/heads/main', 'refs/heads/feature/x'), { 'x-github-delivery': '3' }),
    expect: {
      status: 200,
      verdict: 'accepted',
      execution: { status: 'resolved', output: { deploy: false, branch: 'feature/x' } },
    },
  },
  {
    title: 'Another event of the repository is answered and logged, and starts nothing',
    request: signedEvent('{"action":"opened"}', { 'x-github-event': 'issues', 'x-github-delivery': '4' }),
    expect: { status: 200, verdict: 'filtered', execution: null },
  },
  {
    title: 'Somebody who does not know the secret sends a push',
    request: post('github-push', PUSH, { ...PUSH_HEADERS, ...signature(PUSH, 'guessed') }),
    expect: { status: 401, verdict: 'refused', gate: 12, execution: null },
  },
  {
    title: 'A script of the user checks a signature itself',
    request: post('github-script-check', PUSH, {
      ...PUSH_HEADERS,
      ...signature(PUSH, SCRIPT_SECRET),
      'x-github-delivery': '1',
    }),
    expect: { status: 200, verdict: 'accepted', execution: { status: 'resolved' } },
  },
  {
    title: 'The script throws on a forged one, and the sender still gets an answer',
    request: post('github-script-check', PUSH, {
      ...PUSH_HEADERS,
      ...signature(PUSH, 'guessed'),
      'x-github-delivery': '2',
    }),
    expect: { status: 500, verdict: 'accepted', execution: { status: 'error' } },
  },
  {
    title: 'A URL that nobody knows',
    request: post('no-such-workflow', '{}', JSON_TYPE),
    expect: { status: 404, verdict: 'refused', gate: 4, execution: null },
  },
];
