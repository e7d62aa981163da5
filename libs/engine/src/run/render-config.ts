import type { Json, JsonObject } from '#shared';
import type { NodeDefinition } from '../contract/node.js';
import type { Scope } from '../contract/scope.js';
import { renderTemplate } from '../expression/template.js';

/**
 * The config that a node's `run` sees: templates rendered once against `scope`, the properties in `definition.raw`
 * untouched. A property whose whole template finds nothing is absent.
 */
export function renderConfig(definition: NodeDefinition, config: JsonObject, scope: Scope): JsonObject {
  const raw = definition.raw ?? [];
  const rendered: [string, Json][] = [];
  for (const [name, value] of Object.entries(config)) {
    const next = raw.includes(name) ? value : renderTemplate(value, scope);
    if (next !== undefined) rendered.push([name, next]);
  }
  return Object.fromEntries(rendered);
}

/**
 * What people are shown of a visit's config: as {@link renderConfig}, with expressions filled in as text too. Never
 * evaluated; a template that fails to render is shown as written.
 */
export function renderInput(definition: NodeDefinition, config: JsonObject, scope: Scope): JsonObject {
  const shown = { ...config };
  for (const name of definition.raw ?? []) {
    if (definition.code?.includes(name) || !Object.hasOwn(shown, name)) continue;
    shown[name] = renderShown(shown[name]!, scope);
  }
  return shown;
}

function renderShown(value: Json, scope: Scope): Json {
  try {
    return renderTemplate(value, scope) ?? null;
  } catch {
    return value;
  }
}
