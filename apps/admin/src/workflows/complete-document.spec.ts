import { describe, expect, it } from '@jest/globals';
import { compileWorkflow } from '#engine';
import type { JsonObject } from '#shared';
import { completeDocument } from './complete-document.js';

describe('completing a document', () => {
  const written: JsonObject = {
    enabled: true,
    trigger: { type: 'webhook', mode: 'sync' },
    nodes: [
      {
        type: 'condition',
        config: { engine: 'math.js', expression: '1 == 1' },
        branches: { true: [{ type: 'response', config: { status: 200 } }], false: [] },
      },
    ],
  };
  const compiled = compileWorkflow(written);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.faults));
  const completed = completeDocument(written, 'given', compiled.workflow.document.nodes);

  it('fills in key, schema version and the keys of nodes at every depth, and leaves the switch out', () => {
    expect(completed).toEqual({
      key: 'given',
      schemaVersion: 1,
      trigger: { type: 'webhook', mode: 'sync' },
      nodes: [
        {
          key: expect.any(String),
          type: 'condition',
          config: { engine: 'math.js', expression: '1 == 1' },
          branches: {
            true: [{ key: expect.any(String), type: 'response', config: { status: 200 } }],
            false: [],
          },
        },
      ],
    });
  });

  it('gives a document that compiles and completes to itself', () => {
    const again = compileWorkflow(completed);
    if (!again.ok) throw new Error(JSON.stringify(again.faults));
    expect(completeDocument(completed, 'given', again.workflow.document.nodes)).toEqual(completed);
  });
});
