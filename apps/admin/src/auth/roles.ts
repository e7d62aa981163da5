import type { Role } from '#storage';

/** Weakest first; each role has the rights of those before it. */
export const ROLES = ['viewer', 'operator', 'editor', 'admin'] as const satisfies readonly Role[];

/** True when `role` has the rights that `needed` stands for. */
export function mayActAs(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

export function isRole(value: unknown): value is Role {
  return (ROLES as readonly unknown[]).includes(value);
}
