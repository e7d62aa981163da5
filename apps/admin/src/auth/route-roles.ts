import type { Role } from '#storage';
import { ROLE_EXTENSION } from './requires.decorator.js';
import { isRole } from './roles.js';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** The part of an OpenAPI document that tells roles. */
export interface DocumentedPaths {
  paths: Record<string, object>;
}

/**
 * `GET /api/v1/workflows/:key` -> role, for every documented route.
 * @throws when a route declares none: the boot stops, because nobody decided who may call it
 */
export function routeRoles(document: DocumentedPaths): Map<string, Role> {
  const roles = new Map<string, Role>();
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = (operations as Record<string, Record<string, unknown> | undefined>)[method];
      if (!operation) continue;
      const route = `${method.toUpperCase()} ${path.replaceAll(/\{([^}]+)\}/g, ':$1')}`;
      const role = operation[ROLE_EXTENSION];
      if (!isRole(role)) throw new Error(`The route ${route} declares no role: add @Requires(...).`);
      roles.set(route, role);
    }
  }
  return roles;
}
