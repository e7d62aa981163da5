import type { Json } from '#shared';
import { ApiProblem } from './api-problem.js';
import { YamlText } from './yaml-text.js';

/**
 * The body of a route that reads JSON only; undefined when there is none.
 * @throws ApiProblem unsupported_media_type for YAML
 */
export function jsonBody(body: unknown): Json | undefined {
  if (body instanceof YamlText) throw new ApiProblem('unsupported_media_type', 'Send application/json.');
  return body as Json | undefined;
}
