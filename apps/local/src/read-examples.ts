import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { JsonObject } from '#shared';

/** One document of `examples/`. */
export interface Example {
  /** Where the management API keeps its kind. */
  kind: 'collections' | 'channels' | 'workflows';
  name: string;
  /** Unique among all examples: of a workflow its key. */
  id: string;
  document: JsonObject;
  /** Of the document as written. */
  hash: string;
}

/** Workflows come last: they need the others. */
const FOLDERS = [
  { kind: 'collections', folder: 'collections' },
  { kind: 'channels', folder: 'channels' },
  { kind: 'workflows', folder: '.' },
] as const;

/** Every document of the YAML files in the folder, in the order in which they are to be applied. */
export function readExamples(examples: string): Example[] {
  return FOLDERS.flatMap(({ kind, folder }) =>
    documentsIn(join(examples, folder)).map((document) => {
      const name = String(kind === 'workflows' ? document['key'] : document['name']);
      const hash = createHash('sha256').update(JSON.stringify(document)).digest('hex');
      return { kind, name, id: kind === 'workflows' ? name : `${kind}/${name}`, document, hash };
    }),
  );
}

function documentsIn(folder: string): JsonObject[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => /\.ya?ml$/.test(file));
  return files
    .sort()
    .flatMap((file) => parseAllDocuments(readFileSync(join(folder, file), 'utf8')))
    .map((parsed) => parsed.toJS() as JsonObject);
}
