import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '#shared';
import { compileWith } from './compile-workflow.js';
import { compileOptions } from './compile-options.js';

const compile = compileWith(new Map());

function faults(options: JsonObject): string[] {
  const result = compile({ trigger: { type: 'webhook' }, options, nodes: [] });
  return result.ok ? [] : result.faults.map(({ pointer, code }) => `${pointer} ${code}`);
}

describe('the options of a workflow', () => {
  it('have defaults', () => {
    expect(compileOptions({})).toEqual({
      timeout: 0,
      stackLimit: 1,
      deleteExecutionOnStatus: [],
      retentionMs: null,
      errorWorkflow: null,
    });
  });

  it('are compiled from the document, durations in milliseconds', () => {
    const options = {
      timeout: 15_552_000_000,
      stackLimit: 100,
      deleteExecutionOnStatus: ['resolved', 'canceled'],
      retention: '30d',
      errorWorkflow: 'alerts',
    };
    const result = compile({ trigger: { type: 'webhook' }, options, nodes: [] });
    const { retention, ...rest } = options;
    expect(retention).toBe('30d');
    expect(result.ok && result.workflow.options).toEqual({ ...rest, retentionMs: 2_592_000_000 });
    expect(result.ok && result.workflow.document.options).toEqual(options);
  });

  it.each<[JsonObject, string]>([
    [{ timeout: -1 }, '/options/timeout invalid'],
    [{ timeout: 1.5 }, '/options/timeout wrong_type'],
    [{ timeout: 15_552_000_001 }, '/options/timeout limit'],
    [{ stackLimit: 0 }, '/options/stackLimit invalid'],
    [{ stackLimit: 101 }, '/options/stackLimit limit'],
    [{ deleteExecutionOnStatus: ['started'] }, '/options/deleteExecutionOnStatus/0 invalid'],
    [{ deleteExecutionOnStatus: [1] }, '/options/deleteExecutionOnStatus/0 invalid'],
    [{ deleteExecutionOnStatus: ['failed', 'failed'] }, '/options/deleteExecutionOnStatus duplicate'],
    [{ retention: 'long' }, '/options/retention invalid'],
    [{ retention: '0d' }, '/options/retention invalid'],
    [{ retention: 30 }, '/options/retention wrong_type'],
    [{ retention: '36501d' }, '/options/retention limit'],
    [{ errorWorkflow: 'No Key' }, '/options/errorWorkflow invalid'],
    [{ speed: 1 }, '/options/speed unknown_property'],
  ])('are refused: %j', (options, fault) => {
    expect(faults(options)).toEqual([fault]);
  });
});
