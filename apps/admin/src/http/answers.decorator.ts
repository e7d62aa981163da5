import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import type { schemas } from './schemas.js';

/** Documents one answer of a route. `schema` names an entry of `schemas`; null when there is no body. */
export function Answers(status: number, schema: keyof typeof schemas | null, description: string): MethodDecorator {
  const content = schema
    ? { content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } } }
    : {};
  return applyDecorators(ApiResponse({ status, description, ...content }));
}

/** Documents the refusals of a route besides 401 and 403. */
export function Refuses(...refusals: readonly [status: number, description: string][]): MethodDecorator {
  const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
  return applyDecorators(...refusals.map(([status, description]) => ApiResponse({ status, description, content })));
}
