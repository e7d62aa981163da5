import type { Scope } from '../contract/scope.js';
import { renderTemplate } from './template.js';

/**
 * The value of a configured secret: its template rendered with the secrets in force. Null, which has to be refused,
 * when it is blank, no text, or names anything that is not there: `Bearer {{$env.GONE}}` must not become `Bearer `.
 */
export function resolveSecret(
  template: string,
  envNames: readonly string[],
  env: Readonly<Record<string, string>>,
): string | null {
  if (!template.includes('{{')) return template.trim() === '' ? null : template;
  if (envNames.some((name) => template.includes(name) && !hasValue(env, name))) return null;
  const scope: Scope = {
    $context: null,
    $jobsMapByNodeKey: {},
    $scopes: {},
    $env: { ...env },
    $system: {},
    $execution: {},
  };
  const value = renderTemplate(template, scope);
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}

function hasValue(env: Readonly<Record<string, string>>, name: string): boolean {
  return Object.hasOwn(env, name) && env[name]!.trim() !== '';
}
