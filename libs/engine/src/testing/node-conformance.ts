import { isDeepStrictEqual } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { isJsonObject, type Json, type JsonObject } from '#shared';
import type { NodeDefinition, NodeExample } from '../contract/node.js';
import { schemaGaps } from './schema-gaps.js';

/** Examples that a reader needs to see what a node does, does besides, and refuses. */
const FEWEST_EXAMPLES = 3;

/**
 * What a declaration lacks of what every node owes its readers and the loop (docs/extending.md), as sentences; empty when
 * nothing. Its examples are run apart, by `runNodeExample`.
 */
export function nodeConformance(definition: NodeDefinition): string[] {
  return [
    ...readingFaults(definition),
    ...schemaFaults(definition),
    ...effectFaults(definition),
    ...waitFaults(definition),
    ...exampleFaults(definition),
  ];
}

function readingFaults({ type, title, docs }: NodeDefinition): string[] {
  return [
    ...unless(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(type), 'type: write it in small letters, with dashes'),
    ...unless(title.trim() !== '', 'title: add it'),
    ...unless(docs.length > 80 && !docs.includes('\n'), 'docs: write one paragraph'),
    ...unless(/\bresult\b/.test(docs), 'docs: say what its result is'),
    ...unless(/`(error|failed)`|\bfails?\b/.test(docs), 'docs: say how it fails'),
  ];
}

function schemaFaults({ configSchema, raw = [], code = [], branches }: NodeDefinition): string[] {
  const properties = isJsonObject(configSchema.properties) ? configSchema.properties : {};
  return [
    ...unless(configSchema.additionalProperties === false, 'configSchema: refuse unknown properties'),
    ...schemaGaps(configSchema),
    ...Object.entries(properties).flatMap(([name, property]) => defaultFaults(name, property)),
    ...raw.filter((name) => !(name in properties)).map((name) => `raw: there is no property ${name}`),
    ...code.filter((name) => !raw.includes(name)).map((name) => `code: ${name} is not among raw`),
    ...unless(branches === 'any' || new Set(branches).size === branches.length, 'branches: name each once'),
  ];
}

function defaultFaults(name: string, property: Json): string[] {
  if (!isJsonObject(property) || property.default === undefined) return [];
  const accepts = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(property);
  return unless(accepts(property.default), `config.${name}: its default is not what its schema accepts`);
}

/** contract.md 11: every node with effects takes `retry` and `repeatable`. */
function effectFaults({ effect, configSchema, isRepeatable, examples }: NodeDefinition): string[] {
  const { retry, repeatable } = (configSchema.properties ?? {}) as Record<string, JsonObject | undefined>;
  if (effect === 'pure') {
    return unless(
      retry === undefined && repeatable === undefined && isRepeatable === undefined,
      'effect: a pure node needs neither retry nor repeatable',
    );
  }
  const tries = Object.keys((retry?.properties ?? {}) as JsonObject);
  const repeats = isRepeatable?.({ ...examples[0]?.config, repeatable: true });
  return [
    ...unless(isDeepStrictEqual(tries, ['attempts', 'backoff']), 'config.retry: take {attempts, backoff}'),
    ...unless(repeatable?.type === 'boolean', 'config.repeatable: take a boolean'),
    ...unless(repeats === true, 'isRepeatable: hold when the config says repeatable'),
  ];
}

function waitFaults({ suspends, resume, abandon, effect, examples }: NodeDefinition): string[] {
  const hasWaited = examples.some(({ waited }) => waited !== undefined);
  return [
    ...unless(suspends !== true || resume !== undefined, 'resume: a node that suspends goes on by it'),
    ...unless(abandon === undefined || resume !== undefined, 'abandon: only a node that waits can give up'),
    // Where the worker died in the middle of an effect, its intent would be taken for a wait and resumed.
    ...unless(resume === undefined || effect === 'pure', 'effect: what acts outside must not wait; make two nodes'),
    ...unless(resume === undefined || hasWaited, 'examples: show with `waited` how it goes on'),
  ];
}

function exampleFaults(definition: NodeDefinition): string[] {
  const { examples } = definition;
  const titles = examples.map(({ title }) => title);
  const data = examples.map((example) => ({ ...example, expect: null }));
  return [
    ...unless(examples.length >= FEWEST_EXAMPLES, `examples: give ${FEWEST_EXAMPLES} at least`),
    ...unless(new Set(titles).size === titles.length, 'examples: give each a title of its own'),
    ...unless(isDeepStrictEqual(JSON.parse(JSON.stringify(data)), data), 'examples: write JSON only'),
    ...examples.flatMap((example) => configFaults(definition, example)),
  ];
}

function configFaults({ configSchema, check, type }: NodeDefinition, { title, config }: NodeExample): string[] {
  const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true });
  const validate = ajv.compile(configSchema);
  if (!validate(config)) return [`example "${title}": ${ajv.errorsText(validate.errors)}`];
  const faults = check?.(config, { key: 'example', type, config, branches: {} }) ?? [];
  return faults.map(({ pointer, message }) => `example "${title}": ${pointer} ${message}`);
}

function unless(holds: boolean, fault: string): string[] {
  return holds ? [] : [fault];
}
