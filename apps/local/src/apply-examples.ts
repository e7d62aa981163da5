import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './project-root.js';
import { readExamples } from './read-examples.js';
import type { Example } from './read-examples.js';

export interface ExamplesTarget {
  adminUrl: string;
  adminKey: string;
  dataDir: string;
  /** Null on the embedded default. */
  databaseUrl: string | null;
}

/** The secret of GitHub's own documentation, so that its worked example can be sent as it stands. */
export const EXAMPLE_SECRET = "It's a Secret to Everybody";

/** Those that get it. Everybody knows it, so nothing but the demo's own workflow is opened by it. */
const EXAMPLE_SECRETS: ReadonlySet<string> = new Set(['GITHUB_WEBHOOK_SECRET']);

/** A new version answers within this time on every gateway; what is printed next shall work when it is pasted. */
const ANSWERS_WITHIN_MS = 1000;

/**
 * Puts `examples/` into the product over the management API, as any client would: collections and channels, then the
 * workflows that need them. An example that was applied before and has not changed since is left alone, so edits and
 * deletions of the user survive a restart. A collection or channel that exists is never changed: it holds what people
 * put there.
 * @param say gets a line per example that was refused, one for all that were applied, one per secret made and one for those missing
 */
export async function applyExamples(target: ExamplesTarget, say: (line: string) => void): Promise<void> {
  const examples = readExamples(join(projectRoot(), 'examples'));
  const record = join(target.dataDir, `examples-${databaseName(target.databaseUrl)}.json`);
  const applied = existsSync(record) ? (JSON.parse(readFileSync(record, 'utf8')) as Record<string, string>) : {};
  const changed = examples.filter(({ id, hash }) => applied[id] !== hash);
  await createMissingSecrets(target, changed, say);
  const done: Example[] = [];
  for (const example of changed) {
    const refusal = await apply(target, example);
    if (refusal !== null) {
      say(`Example ${example.id} was refused: ${refusal}`);
      continue;
    }
    applied[example.id] = example.hash;
    done.push(example);
  }
  writeFileSync(record, JSON.stringify(applied, null, 2));
  const workflows = done.filter(({ kind }) => kind === 'workflows');
  if (workflows.length === 0) return;
  await new Promise((resolve) => setTimeout(resolve, ANSWERS_WITHIN_MS));
  say(`Examples applied: ${workflows.map(({ name }) => name).join(', ')}.`);
}

/** What the API said against it; null when it took it. */
async function apply(target: ExamplesTarget, { kind, name, document }: Example): Promise<string | null> {
  const path = `/${kind}/${name}`;
  if (kind !== 'workflows' && (await call(target, 'GET', path)).status === 200) return null;
  const answer = await call(target, 'PUT', path, document);
  return answer.status >= 400 ? answer.text : null;
}

/** Another database has not seen what this one has; the address alone tells them apart, passwords stay out. */
function databaseName(url: string | null): string {
  if (url === null) return 'embedded';
  const { host, pathname } = new URL(url);
  return createHash('sha256').update(`${host}${pathname}`).digest('hex').slice(0, 12);
}

/**
 * Without its secret a trigger refuses everybody, and is said to. What nodes and channels read is the user's to give: a
 * host name or URL that we made up would only send their data astray.
 */
async function createMissingSecrets(
  target: ExamplesTarget,
  examples: readonly Example[],
  say: (line: string) => void,
): Promise<void> {
  const text = JSON.stringify(examples.map(({ document }) => document['trigger'] ?? null));
  const missing: string[] = [];
  for (const name of new Set([...text.matchAll(/\{\{\s*\$env\.(\w+)/g)].map((match) => match[1]!))) {
    if ((await call(target, 'GET', `/secrets/${name}`)).status === 200) continue;
    if (!EXAMPLE_SECRETS.has(name)) {
      missing.push(name);
      continue;
    }
    const answer = await call(target, 'PUT', `/secrets/${name}`, { value: EXAMPLE_SECRET });
    if (answer.status >= 400) throw new Error(`The secret ${name} of the examples was refused: ${answer.text}`);
    say(`Secret ${name} has the example value "${EXAMPLE_SECRET}"; set your own before a real sender uses it.`);
  }
  if (missing.length === 0) return;
  say(`Not set, so that examples which need them refuse every request: ${missing.sort().join(', ')}.`);
}

async function call(target: ExamplesTarget, method: string, path: string, body?: unknown) {
  const answer = await fetch(`${target.adminUrl}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${target.adminKey}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    body: body ? JSON.stringify(body) : null,
    signal: AbortSignal.timeout(30_000),
  });
  return { status: answer.status, text: await answer.text() };
}
