import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '#shared';
import type { TriggerDefinition } from '../contract/trigger.js';
import type { ManualTrigger } from '../contract/workflow-document.js';
import { triggerRegistry } from '../triggers/index.js';
import { triggerConformance } from './trigger-conformance.js';

const manual = triggerRegistry.get('manual') as unknown as TriggerDefinition<ManualTrigger>;
const changed = (changes: Partial<TriggerDefinition<ManualTrigger>>) => triggerConformance({ ...manual, ...changes });

describe('the conformance of a trigger', () => {
  it('is given when nothing lacks', () => {
    expect(triggerConformance(manual)).toEqual([]);
  });

  it('asks for what readers need', () => {
    expect(changed({ title: '', docs: 'Manual.', context: ' ' })).toEqual([
      'title: add it',
      'docs: write one paragraph',
      'docs: say what starts it',
      'context: say what $context holds',
    ]);
  });

  it('asks for modes that the schema knows, and for two examples', () => {
    const faults = changed({ modes: ['async'], examples: manual.examples.slice(0, 1) });
    expect(faults.slice(0, 2)).toEqual(['modes: say the same as the schema', 'examples: give 2 at least']);
  });

  it('asks for a check that bears any shape', () => {
    const check = ({ mode }: JsonObject) => ((mode as string).length > 9 ? [] : []);
    expect(changed({ check })).toEqual([
      expect.stringContaining('check: it throws for {"type":"manual"}: TypeError'),
      expect.stringContaining('check: it throws for {"type":"manual","mode":null'),
    ]);
  });

  it('asks for examples that compile, and a binding that is found by its type', () => {
    const broken = { title: 'broken', trigger: { type: 'manual', at: 5 }, nodes: [] };
    expect(changed({ examples: [...manual.examples, broken] })).toEqual([
      expect.stringContaining('example "broken": /trigger/at'),
    ]);
    const binding = { kind: 'schedule' as const, collection: null, events: [], isGlobal: true, config: {} };
    expect(changed({ binding: () => binding })).toContain('binding: name this type as its kind');
  });
});
