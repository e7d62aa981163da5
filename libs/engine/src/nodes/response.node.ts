import type { Json } from '#shared';
import { defineNode } from '../contract/node.js';
import { checkReply } from '../expression/check-reply.js';
import { renderReply } from '../expression/render-reply.js';

/** Config of a response, see contract.md 7. `status` may be a template. */
export type ResponseNodeConfig = { status?: number; headers?: Record<string, string>; body?: Json };

export const responseNode = defineNode<ResponseNodeConfig>({
  type: 'response',
  title: 'Response',
  docs:
    'Answers the sender of a sync webhook and ends the execution as resolved; the first one that runs wins. A text body ' +
    'is sent as plain text, any other body as JSON, unless a `content-type` header says otherwise. The result is the ' +
    'status, the headers and the size of what was sent. It never fails by itself: when ' +
    'a template makes the status illegal the sender gets 500, an illegal header is dropped; the reason is in the node run.',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      status: {
        default: 200,
        anyOf: [
          { type: 'integer', minimum: 200, maximum: 599 },
          { type: 'string', pattern: '^\\{\\{.+\\}\\}$' },
        ],
        description: '200 to 599, or a template that gives such a number.',
      },
      headers: { type: 'object', additionalProperties: { type: 'string' }, description: 'By name; values are text.' },
      body: { description: 'Text or any JSON value; empty when absent.' },
    },
  },
  branches: [],
  effect: 'pure',
  triggers: ['webhook'],
  // Rendered by renderReply, which knows what is legal in an answer.
  raw: ['status', 'headers', 'body'],
  check: (config) => checkReply(config),
  examples: [
    {
      title: 'Created, with the id as JSON',
      config: { status: 201, body: { id: '{{$context.data.id}}' } },
      context: { data: { id: 7 } },
      expect: {
        kind: 'reply',
        reply: { status: 201, headers: { 'content-type': 'application/json' }, body: '{"id":7}' },
      },
    },
    {
      title: 'Text, with a header of its own',
      config: { status: 429, headers: { 'Retry-After': '{{$context.data.wait}}' }, body: 'Come back later.' },
      context: { data: { wait: 30 } },
      expect: {
        kind: 'reply',
        reply: { status: 429, headers: { 'retry-after': '30' }, body: 'Come back later.' },
      },
    },
    {
      title: 'A status that a template made illegal becomes a 500, with the reason in the node run',
      config: { status: '{{$context.data.status}}' },
      context: { data: { status: 'much' } },
      expect: { kind: 'reply', result: { status: 500, headers: {}, bytes: 0 } },
    },
  ],
  run({ config, scope }) {
    const { reply, error } = renderReply(config, scope);
    const result = { status: reply.status, headers: reply.headers, bytes: Buffer.byteLength(reply.body) };
    return error === undefined ? { kind: 'reply', reply, result } : { kind: 'reply', reply, result, error };
  },
});
