import { ApiError, type ApiClient, type ApiFault } from './api-client.js';
import { readDocuments, type FileDocument } from './read-documents.js';
import type { Terminal } from './terminal.js';

interface Saved {
  key: string;
  /** Null: nothing calls it. */
  url: string | null;
  enabled: boolean;
  version: number;
  change: 'created' | 'updated' | 'unchanged';
}

/**
 * `hookmill apply FILE...`: every document of every file, in their order; one that is refused does not stop the others.
 * @returns the exit code: 1 when any was refused
 */
export async function applyCommand(files: readonly string[], api: ApiClient, terminal: Terminal): Promise<number> {
  const documents = (await Promise.all(files.map(readDocuments))).flat();
  let refused = 0;
  for (const document of documents) {
    try {
      terminal.out(describe(await apply(document, api)));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      refused++;
      printFaults(document.source, error.faults, error.message, terminal);
    }
  }
  return refused > 0 ? 1 : 0;
}

async function apply({ document }: FileDocument, api: ApiClient): Promise<Saved> {
  const key = (document as { key?: unknown } | null)?.key;
  // Without a usable key a POST: it makes a key, or tells what is wrong with the document.
  const answer =
    typeof key === 'string' && key !== ''
      ? await api.send('PUT', `/workflows/${encodeURIComponent(key)}`, document)
      : await api.send('POST', '/workflows', document);
  return answer.body as Saved;
}

function describe({ change, key, version, enabled, url }: Saved): string {
  const line = `${change.padEnd(9)}  ${key}  version ${version}, ${enabled ? 'on' : 'off'}`;
  return url === null ? line : `${line}  ${url}`;
}

/** Each fault on a line of its own: file, pointer, what to do. */
export function printFaults(source: string, faults: readonly ApiFault[], message: string, terminal: Terminal): void {
  if (faults.length === 0) terminal.err(`${source}: ${message}`);
  for (const fault of faults) terminal.err(`${source}: ${fault.pointer || '/'}: ${fault.message} (${fault.code})`);
}
