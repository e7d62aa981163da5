import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { projectRoot } from './project-root.js';

export interface ExamplesTarget {
  adminUrl: string;
  adminKey: string;
  dataDir: string;
  /** Null on the embedded default. */
  databaseUrl: string | null;
}

interface Example {
  key: string;
  document: unknown;
  /** Of the document as written. */
  hash: string;
}

/** The secret of GitHub's own documentation, so that its worked example can be sent as it stands. */
export const EXAMPLE_SECRET = "It's a Secret to Everybody";

/** A new version answers within this time on every gateway; what is printed next shall work when it is pasted. */
const ANSWERS_WITHIN_MS = 1000;

/**
 * Puts `examples/*.yaml` into the product over the management API, as any client would. An example that was applied
 * before and has not changed since is left alone, so edits and deletions of the user survive a restart.
 * @param say gets a line per example applied and per secret made
 */
export async function applyExamples(target: ExamplesTarget, say: (line: string) => void): Promise<void> {
  const examples = readExamples(join(projectRoot(), 'examples'));
  const record = join(target.dataDir, `examples-${databaseName(target.databaseUrl)}.json`);
  const applied = existsSync(record) ? (JSON.parse(readFileSync(record, 'utf8')) as Record<string, string>) : {};
  const changed = examples.filter(({ key, hash }) => applied[key] !== hash);
  await createMissingSecrets(target, changed, say);
  for (const { key, document, hash } of changed) {
    const answer = await call(target, 'PUT', `/workflows/${key}`, document);
    if (answer.status >= 400) {
      say(`Example ${key} was refused: ${answer.text}`);
      continue;
    }
    applied[key] = hash;
  }
  writeFileSync(record, JSON.stringify(applied, null, 2));
  if (changed.length === 0) return;
  await new Promise((resolve) => setTimeout(resolve, ANSWERS_WITHIN_MS));
  say(`Examples applied: ${changed.map(({ key }) => key).join(', ')}.`);
}

function readExamples(folder: string): Example[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => /\.ya?ml$/.test(file));
  return files.sort().flatMap((file) =>
    parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map((parsed) => {
      const document = parsed.toJS() as { key: string };
      const hash = createHash('sha256').update(JSON.stringify(document)).digest('hex');
      return { key: document.key, document, hash };
    }),
  );
}

/** Another database has not seen what this one has; the address alone tells them apart, passwords stay out. */
function databaseName(url: string | null): string {
  if (url === null) return 'embedded';
  const { host, pathname } = new URL(url);
  return createHash('sha256').update(`${host}${pathname}`).digest('hex').slice(0, 12);
}

async function createMissingSecrets(
  target: ExamplesTarget,
  examples: readonly Example[],
  say: (line: string) => void,
): Promise<void> {
  const text = JSON.stringify(examples.map(({ document }) => document));
  for (const name of new Set([...text.matchAll(/\{\{\s*\$env\.(\w+)/g)].map((match) => match[1]!))) {
    if ((await call(target, 'GET', `/secrets/${name}`)).status === 200) continue;
    const answer = await call(target, 'PUT', `/secrets/${name}`, { value: EXAMPLE_SECRET });
    if (answer.status >= 400) throw new Error(`The secret ${name} of the examples was refused: ${answer.text}`);
    say(`Secret ${name} has the example value "${EXAMPLE_SECRET}"; set your own before a real sender uses it.`);
  }
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
