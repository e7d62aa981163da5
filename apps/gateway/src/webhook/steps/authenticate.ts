import { resolveSecret } from '#engine';
import { verifyBasic, verifyToken } from '#signatures';
import type { ActiveWorkflow } from '../active-workflow.js';
import { Refusal } from '../refusal.js';
import type { WebhookRequest } from '../webhook-request.js';

type Env = Readonly<Record<string, string>>;
type Credential = ActiveWorkflow['credentials'][number];

/**
 * Gate 9: what headers or query alone can prove, before a byte of the body is read. Every entry must pass; a secret that
 * cannot be resolved passes nobody.
 * @throws Refusal unauthorized
 */
export function authenticate(request: WebhookRequest, workflow: ActiveWorkflow, env: Env): void {
  for (const entry of workflow.credentials) requireCredential(request, workflow, entry, env);
}

function requireCredential(request: WebhookRequest, workflow: ActiveWorkflow, entry: Credential, env: Env): void {
  const { envNames } = workflow.compiled;
  if (entry.type === 'token') {
    const value = resolveSecret(entry.value, envNames, env);
    if (value === null) throw new Refusal('unauthorized', { why: 'misconfigured' });
    if (!verifyToken(value, presentedToken(request, entry))) throw new Refusal('unauthorized', { why: 'token' });
    return;
  }
  const headers = { 'www-authenticate': 'Basic realm="webhook", charset="UTF-8"' };
  const username = resolveSecret(entry.username, envNames, env);
  const password = resolveSecret(entry.password, envNames, env);
  if (username === null || password === null) throw new Refusal('unauthorized', { headers, why: 'misconfigured' });
  const isRight = verifyBasic({ username, password }, request.headers.values.authorization);
  if (!isRight) throw new Refusal('unauthorized', { headers, why: 'basic' });
}

/** A doubled parameter is as ambiguous as a doubled header and counts as none. */
function presentedToken(request: WebhookRequest, entry: Extract<Credential, { type: 'token' }>): string | undefined {
  if (entry.header !== undefined) return request.headers.values[entry.header.toLowerCase()];
  const values = new URLSearchParams(request.query).getAll(entry.query ?? '');
  return values.length === 1 ? values[0] : undefined;
}
