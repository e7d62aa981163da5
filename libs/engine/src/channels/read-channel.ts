import { isJsonObject, type JsonObject } from '#shared';
import type { Fault } from '../contract/workflow-document.js';
import { schemaFaults } from '../definition/schema-faults.js';
import { parsePath } from '../expression/parse-path.js';
import { templateFaults, templatePaths } from '../expression/template.js';
import { parseMailAddress } from '../nodes/mail-address.js';
import { channelTypes, findChannelType, type ChannelType } from './channel-types.js';

/** A channel as it is written: its type, and the config beside it. */
export interface ChannelDocument {
  type: string;
  config: JsonObject;
}

const MESSAGE_NAMES: readonly string[] = ['text', 'to', 'subject', 'message'];

/** Reads `{type, ...config}`; every fault with its pointer when it is not one. */
export function readChannel(document: unknown): { channel: ChannelDocument } | { faults: Fault[] } {
  if (!isJsonObject(document)) return { faults: [{ pointer: '', code: 'wrong_type', message: 'write an object' }] };
  const { type, ...config } = document;
  const known = findChannelType(type);
  if (known === null) {
    const types = channelTypes.map((each) => each.type).join(', ');
    return {
      faults: [{ pointer: '/type', code: type === undefined ? 'missing' : 'invalid', message: `use one of ${types}` }],
    };
  }
  const faults = schemaFaults(known.configSchema, config, '');
  const all =
    faults.length > 0
      ? faults
      : [...checkTemplates(known, config), ...checkUrl(config), ...checkBody(config), ...checkMail(config)];
  return all.length > 0 ? { faults: all } : { channel: { type: known.type, config } };
}

function checkTemplates({ readsMessage }: ChannelType, config: JsonObject): Fault[] {
  const broken = templateFaults(config).map(({ pointer, message }): Fault => ({ pointer, code: 'syntax', message }));
  const roots = readsMessage === true ? ['$env', ...MESSAGE_NAMES] : ['$env'];
  const unknown = Object.entries(config).flatMap(([name, value]): Fault[] =>
    templatePaths(value)
      .filter((path) => !roots.includes(parsePath(path)?.[0] ?? ''))
      .map((path) => ({
        pointer: `/${name}`,
        code: 'invalid',
        message: `"{{${path}}}" is not known here; templates begin with ${roots.join(', ')}`,
      })),
  );
  return [...broken, ...unknown];
}

/** Who is called is for the author to say: a message may not choose the host. */
function checkUrl({ url }: JsonObject): Fault[] {
  if (typeof url !== 'string') return [];
  const fault = (message: string): Fault[] => [{ pointer: '/url', code: 'invalid', message }];
  if (url.startsWith('{{') && isSecretPath(templatePaths(url)[0])) return [];
  const authority = /^https?:\/\/([^/?#]+)/i.exec(url)?.[1];
  const isLiteral = !url.includes('{{');
  if (authority === undefined || (isLiteral && !URL.canParse(url))) {
    return fault('Give an absolute URL with http or https.');
  }
  if (templatePaths(authority).every(isSecretPath)) return [];
  return fault('The host of the URL cannot come from the message.');
}

/** The parts of a multipart body cannot be written as text: their boundary must not come from a message. */
function checkBody({ contentType, body }: JsonObject): Fault[] {
  if (contentType !== 'multipart/form-data' || typeof body !== 'string') return [];
  return [{ pointer: '/body', code: 'wrong_type', message: 'write an object with the fields of the form' }];
}

function isSecretPath(path: string | undefined): boolean {
  return path?.startsWith('$env') === true;
}

function checkMail({ from, to }: JsonObject): Fault[] {
  const given = [
    ...addresses('/from', from),
    ...(Array.isArray(to) ? to.flatMap((one, at) => addresses(`/to/${at}`, one)) : addresses('/to', to)),
  ];
  return given
    .filter(({ text }) => !text.includes('{{') && parseMailAddress(text) === null)
    .map(({ pointer }) => ({
      pointer,
      code: 'invalid',
      message: 'Give one e-mail address, as a@b.c or Name <a@b.c>.',
    }));
}

function addresses(pointer: string, value: unknown): { pointer: string; text: string }[] {
  return typeof value === 'string' && value.trim() !== '' ? [{ pointer, text: value }] : [];
}
