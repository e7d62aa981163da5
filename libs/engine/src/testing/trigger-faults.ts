import type { TriggerBinding } from '../contract/trigger.js';
import { compileWith } from '../definition/compile-workflow.js';

const compile = compileWith(new Map());

/** Faults of a document with this trigger, as `pointer code`. */
export function triggerFaults(trigger: object): string[] {
  const result = compile({ trigger, nodes: [] });
  return result.ok ? [] : result.faults.map(({ pointer, code }) => `${pointer} ${code}`);
}

/** What the workflow with this trigger is looked up by. */
export function bindingOf(trigger: object): TriggerBinding | null {
  const result = compile({ trigger, nodes: [] });
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return 'binding' in result.workflow.trigger ? result.workflow.trigger.binding : null;
}
