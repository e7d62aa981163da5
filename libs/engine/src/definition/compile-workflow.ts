import { isJsonObject, type JsonObject } from '#shared';
import type { CompiledTrigger, CompiledWorkflow } from '../contract/compiled-workflow.js';
import type { TriggerDefinition } from '../contract/trigger.js';
import type { Fault, NodeDocument, TriggerConfig, WorkflowDocument } from '../contract/workflow-document.js';
import { parsePath } from '../expression/parse-path.js';
import { templatePaths } from '../expression/template.js';
import { triggerRegistry } from '../triggers/index.js';
import { checkReferences } from './check-references.js';
import { compileNodes, type CompiledNodes, type NodeRegistry } from './compile-nodes.js';
import { checkOptions, compileOptions } from './compile-options.js';
import { copyJson } from './copy-json.js';
import { deepFreeze } from './deep-freeze.js';
import { compileWebhook } from './fill-trigger.js';
import { schemaFaults } from './schema-faults.js';
import { unsupportedFaults } from './unsupported-faults.js';
import { DOCUMENT_SCHEMA } from './workflow-document.js';

export interface CompileOptions {
  /**
   * It was stored before, maybe by an older release: what the checks of today find besides must not keep it from running.
   */
  isStored?: boolean;
}

export type CompileResult = { ok: true; workflow: CompiledWorkflow } | { ok: false; faults: Fault[] };

/** What documents may use. */
interface Registries {
  readonly nodes: NodeRegistry;
  readonly triggers: ReadonlyMap<string, TriggerDefinition>;
}

/**
 * Makes `compileWorkflow` for registries of nodes and triggers; those of this release when none are given.
 *
 * The result turns a document (JSON, or YAML already read) into a frozen workflow with defaults filled in, or into all
 * of its faults, each with an RFC 6901 pointer, ordered by pointer. It never throws, whatever it is given, and neither
 * keeps nor changes the document. `key`, `enabled` and `schemaVersion` stay absent when they are.
 */
export function compileWith(
  nodes: NodeRegistry,
  triggers: ReadonlyMap<string, TriggerDefinition> = triggerRegistry,
): (document: unknown, options?: CompileOptions) => CompileResult {
  const registries: Registries = { nodes, triggers };
  return (document, options = {}) => {
    const { copy, faults } = copyJson(document);
    if (faults.length > 0) return refuse(faults);
    if (!isJsonObject(copy)) return refuse([{ pointer: '', code: 'wrong_type', message: 'write an object' }]);
    return compileDocument(copy, registries, options);
  };
}

function compileDocument(document: JsonObject, registries: Registries, options: CompileOptions): CompileResult {
  const trigger = isJsonObject(document.trigger) ? document.trigger : {};
  const definition = typeof trigger.type === 'string' ? registries.triggers.get(trigger.type) : undefined;
  const place = definition ? { mode: trigger.mode ?? definition.modes[0], trigger: definition.type } : null;
  const nodes = compileNodes(document.nodes, registries.nodes, place);
  const unsupported = unsupportedFaults(document);
  const found = [
    ...schemaFaults(DOCUMENT_SCHEMA, document, ''),
    ...(isJsonObject(document.trigger) ? triggerFaults(definition, trigger, registries) : []),
    ...checkOptions(document.options),
    ...nodes.faults,
    ...(options.isStored === true || nodes.faults.some(({ code }) => code === 'limit') ? [] : checkReferences(nodes)),
  ];
  const faults = [...unsupported, ...found.filter((fault) => !isCovered(fault, unsupported))];
  if (faults.length > 0 || definition === undefined) return refuse(faults);
  return { ok: true, workflow: build(document, compileTrigger(definition, trigger), nodes) };
}

function triggerFaults(
  definition: TriggerDefinition | undefined,
  trigger: JsonObject,
  { triggers }: Registries,
): Fault[] {
  if (definition !== undefined) {
    return [...schemaFaults(definition.configSchema, trigger, '/trigger'), ...(definition.check?.(trigger) ?? [])];
  }
  const message = `use one of ${[...triggers.keys()].join(', ')}`;
  return [{ pointer: '/trigger/type', code: trigger.type === undefined ? 'missing' : 'invalid', message }];
}

function compileTrigger(definition: TriggerDefinition, trigger: JsonObject): CompiledTrigger {
  const config = definition.fill(trigger);
  return config.type === 'webhook' ? compileWebhook(config) : { config, binding: definition.binding(config) };
}

/** A property that is not supported needs no second fault about its value. */
function isCovered(fault: Fault, unsupported: readonly Fault[]): boolean {
  return unsupported.some(({ pointer }) => fault.pointer === pointer || fault.pointer.startsWith(`${pointer}/`));
}

function refuse(faults: readonly Fault[]): CompileResult {
  const unique = new Map(faults.map((fault) => [`${fault.pointer} ${fault.code} ${fault.message}`, fault]));
  const ordered = [...unique.values()].sort((a, b) => (a.pointer < b.pointer ? -1 : a.pointer > b.pointer ? 1 : 0));
  return { ok: false, faults: ordered };
}

function build(source: JsonObject, compiled: CompiledTrigger, { nodes, documents }: CompiledNodes): CompiledWorkflow {
  const options = isJsonObject(source.options) ? source.options : {};
  const trigger = compiled.config;
  const document = { ...source, trigger, options, nodes: documents } as unknown as WorkflowDocument;
  deepFreeze(document);
  return Object.freeze({
    document,
    trigger: Object.freeze(compiled),
    options: compileOptions(document.options ?? {}),
    nodes: Object.freeze(nodes),
    envNames: Object.freeze(envNames(trigger, documents)),
  });
}

function envNames(trigger: TriggerConfig, nodes: readonly NodeDocument[]): string[] {
  const names = new Set<string>();
  for (const path of templatePaths([trigger, nodes])) {
    const segments = parsePath(path) ?? [];
    const [root, name] = segments[0] === 'ctx' ? segments.slice(1) : segments;
    if (root === '$env' && name !== undefined) names.add(name);
  }
  return [...names];
}
