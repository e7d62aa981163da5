import { readFile } from 'node:fs/promises';
import { parseAllDocuments } from 'yaml';
import { CliError } from './cli-error.js';

/** One document of a file, with the name it is called by in messages. */
export interface FileDocument {
  /** The file; with `#2` when it is the second of several. */
  source: string;
  document: unknown;
}

/**
 * All workflow documents of a YAML or JSON file (JSON is read as YAML, which it is a part of).
 * @throws CliError when the file cannot be read, holds nothing, or has a syntax error
 */
export async function readDocuments(file: string): Promise<FileDocument[]> {
  const documents = parseAllDocuments(await textOf(file), { version: '1.2', schema: 'core' });
  const parsed = Array.isArray(documents) ? documents : [];
  const read = parsed.map((document) => {
    const [error] = document.errors;
    if (error) throw new CliError(`${file}: ${firstLine(error.message)}`);
    return valueOf(file, document);
  });
  const present = read.filter((value) => value !== null && value !== undefined);
  if (present.length === 0) throw new CliError(`${file} holds no document.`);
  return present.map((document, index) => ({
    source: present.length === 1 ? file : `${file}#${index + 1}`,
    document,
  }));
}

function valueOf(file: string, document: { toJS(options: { maxAliasCount: number }): unknown }): unknown {
  try {
    const value = document.toJS({ maxAliasCount: 100 });
    // YAML can refer to what it stands in, JSON cannot be written of it.
    JSON.stringify(value);
    return value;
  } catch (error) {
    throw new CliError(`${file}: ${firstLine((error as Error).message)}`);
  }
}

/** Without the excerpt of the file that the parser draws below its words. */
function firstLine(message: string): string {
  return (message.split('\n', 1)[0] ?? '').replace(/:$/, '');
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new CliError(`${file} does not exist.`);
    if (code === 'EISDIR') throw new CliError(`${file} is a folder: name its files, e.g. ${file}/*.yaml.`);
    throw new CliError(`${file} cannot be read: ${message}`);
  }
}
