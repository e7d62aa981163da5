import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from './cli-error.js';

/** Where the management API is, and the key it is called with. */
export interface Connection {
  api: string;
  key: string;
}

export interface ConnectionOptions {
  api?: string | undefined;
  key?: string | undefined;
}

type Env = Record<string, string | undefined>;

/**
 * An option wins over the environment, which wins over what `npm start` left in its data folder (`running.json`,
 * `admin-key`).
 * @throws CliError when there is no key, or one that no header can carry, or the URL is none
 */
export async function findConnection(options: ConnectionOptions, env: Env): Promise<Connection> {
  const folder = env.HOOKMILL_DATA_DIR || '.hookmill';
  const api = options.api ?? (env.HOOKMILL_API_URL || (await runningUrl(folder)) || defaultUrl(env));
  if (!/^https?:\/\//.test(api) || !URL.canParse(api)) throw new CliError(`"${api}" is no http URL: check --api.`);
  const key = options.key ?? (env.HOOKMILL_ADMIN_KEY || (await keyIn(folder)));
  if (!key) {
    throw new CliError(
      `There is no API key: give --key, set HOOKMILL_ADMIN_KEY, or run this where npm start runs ` +
        `(it keeps the key in ${join(folder, 'admin-key')}).`,
    );
  }
  return { api: api.replace(/\/+$/, ''), key: checkedKey(key.trim()) };
}

/** What cannot stand in a header would else be reported as an API that cannot be reached. */
function checkedKey(key: string): string {
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new CliError('The API key is empty or has characters that no key has: check --key or HOOKMILL_ADMIN_KEY.');
}

function defaultUrl(env: Env): string {
  return `http://localhost:${env.ADMIN_PORT || '3001'}`;
}

async function runningUrl(folder: string): Promise<string | null> {
  const text = await textOf(join(folder, 'running.json'));
  if (text === null) return null;
  try {
    const { adminUrl } = JSON.parse(text) as { adminUrl?: unknown };
    return typeof adminUrl === 'string' ? adminUrl : null;
  } catch {
    // Half-written while `npm start` comes up: the default is as good a guess.
    return null;
  }
}

async function keyIn(folder: string): Promise<string | null> {
  return textOf(join(folder, 'admin-key'));
}

async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    if (code === 'EACCES') throw new CliError(`${path} cannot be read by this user: give --key and --api.`);
    throw error;
  }
}
