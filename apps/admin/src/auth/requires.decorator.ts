import { applyDecorators } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension, ApiResponse } from '@nestjs/swagger';
import type { Role } from '#storage';

export const ROLE_EXTENSION = 'x-required-role';

/**
 * The weakest role that may call this route. It stands in the OpenAPI document, and the check reads it from there: what
 * is published and what is enforced cannot differ. A route without it stops the boot.
 */
export function Requires(role: Role): MethodDecorator & ClassDecorator {
  const problem = (description: string) => ({
    description,
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  });
  return applyDecorators(
    ApiExtension(ROLE_EXTENSION, role),
    ApiBearerAuth(),
    ApiResponse({ status: 401, ...problem('no key, or an unknown one') }),
    ApiResponse({ status: 403, ...problem(`the role of the key is below ${role}`) }),
  );
}
