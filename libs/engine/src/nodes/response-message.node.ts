import type { Json } from '#shared';
import { defineNode } from '../contract/node.js';

/** Config of a response message, see contract.md 7. */
export type ResponseMessageNodeConfig = { message?: Json };

export const responseMessageNode = defineNode<ResponseMessageNodeConfig>({
  type: 'response-message',
  title: 'Response message',
  docs:
    'Adds a message to the answer of a sync workflow and goes on. When no response node answers, the sender gets ' +
    '`{messages: [...]}`, in the order they were added. In an async workflow nobody waits, and it only is the ' +
    'result. It never fails by itself.',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    required: ['message'],
    properties: { message: { description: 'Text, or any value.' } },
  },
  branches: [],
  effect: 'pure',
  examples: [
    {
      title: 'Say which field is missing',
      config: { message: 'The field {{$context.data.field}} is missing.' },
      context: { data: { field: 'email' } },
      expect: { kind: 'message', message: 'The field email is missing.' },
    },
    {
      title: 'An object is kept as it is',
      config: { message: { code: 'stock', left: '{{$context.data.left}}' } },
      context: { data: { left: 3 } },
      expect: { kind: 'message', message: { code: 'stock', left: 3 } },
    },
    {
      title: 'A value that is missing is null',
      config: { message: '{{$context.data.nothing}}' },
      context: { data: {} },
      expect: { kind: 'message', message: null },
    },
  ],
  run: ({ config }) => ({ kind: 'message', message: config.message ?? null }),
});
