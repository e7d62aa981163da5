import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type JsonObject } from '#shared';
import type { TriggerDefinition } from '../contract/trigger.js';
import type { TriggerConfig } from '../contract/workflow-document.js';
import { compileBodySchema } from '../definition/compile-body-schema.js';
import { compileWith } from '../definition/compile-workflow.js';
import { nodeRegistry } from '../nodes/index.js';
import { schemaGaps } from './schema-gaps.js';

/** One for each of the ways that a trigger is mostly used. */
const FEWEST_EXAMPLES = 2;

/** What a declaration lacks of what every trigger owes (docs/extending.md), as sentences; empty when nothing. */
export function triggerConformance<T extends TriggerConfig>(definition: TriggerDefinition<T>): string[] {
  // A registry holds triggers of all kinds.
  const trigger = definition as unknown as TriggerDefinition;
  const { examples } = trigger;
  const shapes = shapeFaults(trigger);
  return [
    ...readingFaults(trigger),
    ...unless(trigger.configSchema.additionalProperties === false, 'configSchema: refuse unknown properties'),
    ...schemaGaps(trigger.shownSchema ?? trigger.configSchema, 'trigger'),
    ...shapes,
    ...unless(examples.length >= FEWEST_EXAMPLES, `examples: give ${FEWEST_EXAMPLES} at least`),
    // What throws for some shapes may throw for an example too.
    ...(shapes.length > 0 ? [] : examples.flatMap((example) => exampleFaults(trigger, example))),
  ];
}

function readingFaults({ title, docs, context, modes, configSchema }: TriggerDefinition): string[] {
  const { mode } = (configSchema.properties ?? {}) as Record<string, JsonObject | undefined>;
  return [
    ...unless(title.trim() !== '', 'title: add it'),
    ...unless(docs.length > 80 && !docs.includes('\n'), 'docs: write one paragraph'),
    ...unless(/\b(starts?|runs?)\b/i.test(docs), 'docs: say what starts it'),
    ...unless(context.trim() !== '', 'context: say what $context holds'),
    ...unless(modes.length > 0 && isDeepStrictEqual(mode?.enum, [...modes]), 'modes: say the same as the schema'),
  ];
}

/** `check` is asked also when the schema is violated. */
function shapeFaults({ configSchema, check, type }: TriggerDefinition): string[] {
  const names = Object.keys((configSchema.properties ?? {}) as JsonObject).filter((name) => name !== 'type');
  const shapes = [null, 7, 'text', [], [null], {}, { a: {} }].map((value) =>
    Object.fromEntries([['type', type], ...names.map((name) => [name, value])]),
  );
  return [{ type }, ...shapes].flatMap((shape) => {
    try {
      check?.(shape);
      return [];
    } catch (error) {
      return [`check: it throws for ${JSON.stringify(shape)}: ${String(error)}`];
    }
  });
}

function exampleFaults(trigger: TriggerDefinition, example: JsonObject): string[] {
  const name = `example "${String(example.title)}"`;
  const schema = compileBodySchema(trigger.shownSchema ?? trigger.configSchema);
  const refusals = typeof schema === 'string' ? [schema] : schema(example.trigger);
  const compiled = compileWith(nodeRegistry, new Map([[trigger.type, trigger]]))(example);
  if (!compiled.ok) return compiled.faults.map(({ pointer, message }) => `${name}: ${pointer} ${message}`);
  const { config } = compiled.workflow.trigger;
  const binding = trigger.binding(config);
  return [
    ...unless(refusals.length === 0, `${name}: the schema that is shown refuses it: ${JSON.stringify(refusals)}`),
    ...unless(isJsonObject(example.trigger) && example.trigger.type === trigger.type, `${name}: use this trigger`),
    ...unless(trigger.modes.includes(config.mode), `${name}: fill in the mode`),
    ...unless(binding === null || binding.kind === trigger.type, 'binding: name this type as its kind'),
    ...unless(isDeepStrictEqual(JSON.parse(JSON.stringify(binding)), binding), 'binding: make it of JSON only'),
  ];
}

function unless(holds: boolean, fault: string): string[] {
  return holds ? [] : [fault];
}
