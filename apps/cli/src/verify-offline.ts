import { readFile } from 'node:fs/promises';
import { joinHeaders, type JsonObject } from '#shared';
import { diagnoseSignature, findProvider, providers, type SignedMessage } from '#signatures';
import { CliError } from './cli-error.js';
import { diagnosisLines } from './diagnosis-lines.js';
import type { Terminal } from './terminal.js';

export interface OfflineOptions {
  provider: string;
  secret?: string[];
  secretEnv?: string[];
  option?: string[];
  header?: string[];
  body?: string;
  method?: string;
  url?: string;
  at?: string;
}

type Env = Record<string, string | undefined>;

/**
 * `hookmill verify --provider NAME`: verifies a message without a running Hookmill. 1 when it is refused. Keys behind URLs
 * are not fetched.
 * @throws CliError when the message cannot be read
 */
export async function verifyOffline(options: OfflineOptions, env: Env, terminal: Terminal): Promise<number> {
  if (!findProvider(options.provider)) {
    throw new CliError(`There is no preset "${options.provider}": use one of ${[...providers.keys()].join(', ')}.`);
  }
  const entry = {
    provider: options.provider,
    secrets: [...(options.secret ?? []), ...(options.secretEnv ?? []).map((name) => secretOf(name, env))],
    options: Object.fromEntries((options.option ?? []).map(optionOf)) as JsonObject,
  };
  const { verdict, hints } = await diagnoseSignature(entry, await messageOf(options), () => Promise.resolve(null));
  const found = verdict.ok
    ? { verdict: 'accepted' as const, reason: null }
    : { verdict: 'refused' as const, reason: verdict.reason };
  const lines = diagnosisLines({ type: 'signature', provider: entry.provider, secretName: null, hints, ...found });
  lines.forEach((line) => terminal.out(line));
  return verdict.ok ? 0 : 1;
}

function secretOf(name: string, env: Env): string {
  const value = env[name];
  if (!value)
    throw new CliError(`The environment variable ${name} is not set: --secret-env names one that holds a secret.`);
  return value;
}

async function messageOf({ header = [], body, method = 'POST', url = '', at }: OfflineOptions): Promise<SignedMessage> {
  const now = at === undefined ? new Date() : new Date(at);
  if (Number.isNaN(now.getTime())) throw new CliError(`--at must be an ISO 8601 time; "${at}" is none.`);
  const rawBody = body === undefined ? Buffer.alloc(0) : await bytesOf(body);
  return { method: method.toUpperCase(), url, headers: joinHeaders(header.map(headerOf)), rawBody, now };
}

/** As bytes: an editor's last line feed counts, and is what a wrong signature is most often about. */
async function bytesOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new CliError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`);
  }
}

function headerOf(text: string): [string, string] {
  const colon = text.indexOf(':');
  if (colon < 1) throw new CliError(`--header must be "name: value"; "${text}" is none.`);
  return [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
}

/** JSON where it is some (`300`, `["a"]`), else text. */
function optionOf(text: string): [string, unknown] {
  const sign = text.indexOf('=');
  if (sign < 1) throw new CliError(`--option must be name=value; "${text}" is none.`);
  const value = text.slice(sign + 1);
  try {
    return [text.slice(0, sign), JSON.parse(value)];
  } catch {
    return [text.slice(0, sign), value];
  }
}
