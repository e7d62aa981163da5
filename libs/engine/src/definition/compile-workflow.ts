import { isJsonObject, type JsonObject } from '#shared';
import type { CompiledWorkflow } from '../contract/compiled-workflow.js';
import type { Fault, NodeDocument, WebhookTrigger, WorkflowDocument } from '../contract/workflow-document.js';
import { parsePath } from '../expression/parse-path.js';
import { templatePaths } from '../expression/template.js';
import { checkTrigger } from './check-trigger.js';
import { compileNodes, type CompiledNodes, type NodeRegistry } from './compile-nodes.js';
import { checkOptions, compileOptions } from './compile-options.js';
import { copyJson } from './copy-json.js';
import { deepFreeze } from './deep-freeze.js';
import { DOCUMENTED_TRIGGERS } from './documented-names.js';
import { compileTrigger, fillTrigger } from './fill-trigger.js';
import { schemaFaults } from './schema-faults.js';
import { unsupportedFaults } from './unsupported-faults.js';
import { DOCUMENT_SCHEMA } from './workflow-document.js';

export type CompileResult = { ok: true; workflow: CompiledWorkflow } | { ok: false; faults: Fault[] };

/**
 * Makes `compileWorkflow` for a registry of nodes.
 *
 * The result turns a document (JSON, or YAML already read) into a frozen workflow with defaults filled in, or into all
 * of its faults, each with an RFC 6901 pointer, ordered by pointer. It never throws, whatever it is given, and neither
 * keeps nor changes the document. `key`, `enabled` and `schemaVersion` stay absent when they are.
 */
export function compileWith(registry: NodeRegistry): (document: unknown) => CompileResult {
  return (document) => {
    const { copy, faults } = copyJson(document);
    if (faults.length > 0) return refuse(faults);
    if (!isJsonObject(copy)) return refuse([{ pointer: '', code: 'wrong_type', message: 'write an object' }]);
    return compileDocument(copy, registry);
  };
}

function compileDocument(document: JsonObject, registry: NodeRegistry): CompileResult {
  const trigger = isJsonObject(document.trigger) ? document.trigger : {};
  const isOther = typeof trigger.type === 'string' && DOCUMENTED_TRIGGERS.has(trigger.type);
  const nodes = compileNodes(document.nodes, registry, isOther ? null : (trigger.mode ?? 'async'));
  const unsupported = unsupportedFaults(document);
  const found = [
    ...schemaFaults(DOCUMENT_SCHEMA, document, ''),
    ...(isJsonObject(document.trigger) && !isOther ? checkTrigger(trigger) : []),
    ...checkOptions(document.options),
    ...nodes.faults,
  ];
  const faults = [...unsupported, ...found.filter((fault) => !isCovered(fault, unsupported))];
  return faults.length > 0 ? refuse(faults) : { ok: true, workflow: build(document, fillTrigger(trigger), nodes) };
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

function build(source: JsonObject, trigger: WebhookTrigger, { nodes, documents }: CompiledNodes): CompiledWorkflow {
  const options = isJsonObject(source.options) ? source.options : {};
  const document = { ...source, trigger, options, nodes: documents } as unknown as WorkflowDocument;
  deepFreeze(document);
  return Object.freeze({
    document,
    trigger: Object.freeze(compileTrigger(trigger)),
    options: compileOptions(document.options ?? {}),
    nodes: Object.freeze(nodes),
    envNames: Object.freeze(envNames(trigger, documents)),
  });
}

function envNames(trigger: WebhookTrigger, nodes: readonly NodeDocument[]): string[] {
  const names = new Set<string>();
  for (const path of templatePaths([trigger, nodes])) {
    const segments = parsePath(path) ?? [];
    const [root, name] = segments[0] === 'ctx' ? segments.slice(1) : segments;
    if (root === '$env' && name !== undefined) names.add(name);
  }
  return [...names];
}
