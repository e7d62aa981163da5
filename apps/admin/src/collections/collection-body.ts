import { isJsonObject, type Json } from '#shared';
import { ApiProblem } from '../http/api-problem.js';
import { jsonBody } from '../http/json-body.js';

/**
 * The definition in the body of a PUT, without what only a GET answers: what was read can be sent back.
 *
 * @throws ApiProblem invalid_collection when there is no body, or it names another collection
 */
export function collectionBody(name: string, body: unknown): Json {
  const written = jsonBody(body);
  if (written === undefined) throw faulty('', 'missing', 'Send {"title": ..., "fields": [...]}.');
  if (!isJsonObject(written)) return written;
  const { name: named, createdAt: _createdAt, updatedAt: _updatedAt, ...definition } = written;
  if (named === undefined || named === name) return definition;
  throw faulty(
    '/name',
    'invalid',
    `The URL names the collection "${name}": leave the name out, or write the same one.`,
  );
}

function faulty(pointer: string, code: string, message: string): ApiProblem {
  return new ApiProblem('invalid_collection', message, [{ pointer, code, message }]);
}
