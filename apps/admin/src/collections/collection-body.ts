import { isJsonObject, type Json, type JsonObject } from '#shared';
import { jsonBody } from '../http/json-body.js';
import { without } from '../workflows/without.js';

/** The definition in the body of a PUT, without the times that only a GET answers: what was read can be sent back. */
export function collectionBody(body: unknown): Json {
  const written = jsonBody(body) ?? null;
  return isJsonObject(written) ? (without(written, 'createdAt', 'updatedAt') as JsonObject) : written;
}
