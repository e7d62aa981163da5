import type { NodeExample } from '../contract/node.js';

const schema = {
  type: 'object',
  required: ['sentiment'],
  properties: { sentiment: { enum: ['good', 'bad'] } },
};

/** Examples of the llm node; `answer` is the body that the provider answers with. */
export const llmExamples: readonly NodeExample[] = [
  {
    title: 'Sum up a text',
    config: {
      baseUrl: 'https://api.openai.com/v1',
      apiKey: '{{$env.LLM}}',
      model: 'gpt-4o-mini',
      messages: [
        { role: 'system', content: 'Sum up in one sentence.' },
        { role: 'user', content: '{{$context.data.text}}' },
      ],
      temperature: 0.2,
      retry: { attempts: 3, backoff: 1000 },
    },
    context: { data: { text: 'A long story.' } },
    answer: {
      id: 'chatcmpl-1',
      model: 'gpt-4o-mini',
      choices: [{ message: { role: 'assistant', content: 'A story.' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 20, completion_tokens: 3, total_tokens: 23 },
    },
    expect: {
      kind: 'done',
      result: {
        id: 'chatcmpl-1',
        content: 'A story.',
        responseMetadata: {
          model: 'gpt-4o-mini',
          usage: { prompt_tokens: 20, completion_tokens: 3, total_tokens: 23 },
          finishReason: 'stop',
        },
        toolCalls: [],
        structuredContent: null,
      },
    },
  },
  {
    title: 'Sort a message into one of two boxes',
    config: {
      baseUrl: 'https://api.openai.com/v1',
      apiKey: '{{$env.LLM}}',
      model: 'gpt-4o-mini',
      messages: [{ role: 'user', content: 'Good or bad? {{$context.data.text}}' }],
      structuredOutput: { name: 'sentiment', schema, strict: true },
    },
    context: { data: { text: 'I like it.' } },
    answer: {
      id: 'chatcmpl-2',
      model: 'gpt-4o-mini',
      choices: [{ message: { role: 'assistant', content: '{"sentiment":"good"}' }, finish_reason: 'stop' }],
    },
    expect: {
      kind: 'done',
      result: {
        id: 'chatcmpl-2',
        content: '{"sentiment":"good"}',
        responseMetadata: { model: 'gpt-4o-mini', usage: null, finishReason: 'stop' },
        toolCalls: [],
        structuredContent: { sentiment: 'good' },
      },
    },
  },
  {
    title: 'An answer that does not fit the schema',
    config: {
      baseUrl: 'https://llm.example.com/v1',
      model: 'small',
      messages: [{ role: 'user', content: 'Good or bad?' }],
      structuredOutput: { schema },
    },
    answer: { id: 'x', choices: [{ message: { role: 'assistant', content: '{"sentiment":"so so"}' } }] },
    expect: {
      kind: 'fail',
      status: 'failed',
      error: {
        code: 'llm_output_invalid',
        message: 'The answer does not match the schema: /sentiment: must be equal to one of the allowed values',
        detail: { content: '{"sentiment":"so so"}' },
      },
    },
  },
];
