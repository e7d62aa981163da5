import { readChannel, unmaskChannel, type ChannelDocument, type Fault } from '#engine';
import { isJsonObject } from '#shared';
import { ApiProblem } from '../http/api-problem.js';

/**
 * The channel of a PUT: `{type, ...config}`, also as a GET showed it. What is still masked is taken from what is
 * `stored`. Throws the 400 with every fault.
 */
export function readChannelBody(name: string, body: unknown, stored: ChannelDocument | null): ChannelDocument {
  const read = readChannel(withoutView(name, body));
  if ('faults' in read) throw refusal(read.faults);
  const unmasked = unmaskChannel(read.channel, stored);
  if ('faults' in unmasked) throw refusal(unmasked.faults);
  return { type: read.channel.type, config: unmasked.config };
}

function refusal(faults: readonly Fault[]): ApiProblem {
  const told = faults
    .map(({ pointer, message }) => `${pointer === '' ? 'the channel' : pointer}: ${message}`)
    .join('; ');
  return new ApiProblem('invalid_request', told, faults);
}

/** What a GET adds to the config; the name is that of the URL. */
function withoutView(name: string, body: unknown): unknown {
  if (!isJsonObject(body)) return body;
  const added = ['createdAt', 'updatedAt', ...(body['name'] === name ? ['name'] : [])];
  return Object.fromEntries(Object.entries(body).filter(([property]) => !added.includes(property)));
}
