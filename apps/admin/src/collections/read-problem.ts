import type { EngineError } from '#engine';
import type { CollectionDefinition } from '#storage';
import { ApiProblem, notFound } from '../http/api-problem.js';

const SYSTEM_FIELDS: readonly string[] = ['id', 'createdAt', 'updatedAt'];

/** Why records cannot be listed so: the refusal names the query parameter that is at fault. */
export function readProblem(
  { code, message }: EngineError,
  name: string,
  sort: readonly string[],
  definition: CollectionDefinition | null,
): ApiProblem {
  if (code === 'unknown_collection' || definition === null) return notFound('collection', name);
  const known = [...SYSTEM_FIELDS, ...definition.fields.map((field) => field.name)];
  const isSort =
    code === 'invalid_sort' ||
    (code === 'unknown_field' && sort.some((field) => !known.includes(field.replace(/^-/, ''))));
  return new ApiProblem('invalid_request', message, [{ pointer: isSort ? '/sort' : '/filter', code, message }]);
}
