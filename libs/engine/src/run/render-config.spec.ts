import { describe, expect, it } from '@jest/globals';
import type { NodeDefinition } from '../contract/node.js';
import type { Scope } from '../contract/scope.js';
import { renderConfig, renderInput } from './render-config.js';

const definition = { raw: ['expression', 'content'], code: ['content'] } as unknown as NodeDefinition;
const scope: Scope = {
  $context: { data: { amount: 150, text: '{{$context.data.amount}}' } },
  $jobsMapByNodeKey: {},
  $scopes: {},
  $env: {},
  $system: {},
  $execution: {},
};
const config = {
  expression: '{{$context.data.amount}} > 100',
  content: 'return "{{$context.data.amount}}"',
  text: '{{$context.data.text}}',
  gone: '{{$context.data.gone}}',
};

describe('renderConfig', () => {
  it('hands expressions and code to the node as written and leaves out what finds nothing', () => {
    expect(renderConfig(definition, config, scope)).toEqual({
      expression: config.expression,
      content: config.content,
      text: '{{$context.data.amount}}',
    });
  });
});

describe('renderInput', () => {
  it('shows expressions with their values, code as written, and payload text never rendered again', () => {
    expect(renderInput(definition, renderConfig(definition, config, scope), scope)).toEqual({
      expression: '150 > 100',
      content: config.content,
      text: '{{$context.data.amount}}',
    });
  });
});
