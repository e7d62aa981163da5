import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '#shared';
import { fakeHttp, type FakeHttp, type ScriptedAnswer } from '../testing/fake-http.js';
import { runNode } from '../testing/run-node.js';
import { llmNode } from './llm.node.js';

const base = { baseUrl: 'https://llm.example.com/v1/', model: 'm', messages: [{ role: 'user', content: 'hi' }] };
const schema = { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } };
const structuredOutput = { schema };

const says = (content: string | null, more: JsonObject = {}, choice: JsonObject = {}): ScriptedAnswer => ({
  body: { id: 'c1', model: 'm-1', choices: [{ message: { role: 'assistant', content, ...more }, ...choice }] },
});

const call = (config: JsonObject, http: FakeHttp, signal = new AbortController().signal) =>
  runNode(llmNode, {
    config: { ...base, ...config },
    context: { data: { text: 'T', n: 1 } },
    env: { LLM: 'sk-secret-1' },
    ports: { http },
    signal,
  });

const sentBody = (http: FakeHttp) => JSON.parse(String(http.sent[0]?.body)) as JsonObject;

describe('the call of a model', () => {
  it('is a chat completion with the key as bearer token', async () => {
    const http = fakeHttp(says('Hello'));
    await call({ apiKey: '{{$env.LLM}}', temperature: 0, maxTokens: 5, topP: 0.5, stop: ['x'] }, http);
    expect(http.sent[0]).toMatchObject({
      url: 'https://llm.example.com/v1/chat/completions',
      method: 'POST',
      headers: { authorization: 'Bearer sk-secret-1', 'content-type': 'application/json' },
      timeoutMs: 120_000,
    });
    expect(sentBody(http)).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'hi' }],
      temperature: 0,
      max_tokens: 5,
      top_p: 0.5,
      stop: ['x'],
    });
  });

  it('renders the messages, keeps parts and writes other values as JSON', async () => {
    const http = fakeHttp(says('ok'));
    const parts = [{ type: 'text', text: '{{$context.data.text}}' }];
    const messages = [
      { role: 'system', content: '{{$context.data}}' },
      { role: 'user', content: parts },
    ];
    await call({ messages }, http);
    expect(sentBody(http)['messages']).toEqual([
      { role: 'system', content: '{"text":"T","n":1}' },
      { role: 'user', content: [{ type: 'text', text: 'T' }] },
    ]);
    expect(http.sent[0]?.headers).not.toHaveProperty('authorization');
  });

  it('sends the schema of a structured output as written', async () => {
    const http = fakeHttp(says('{"n":1}'));
    const quoted = { ...schema, description: 'as {{this}}' };
    await call({ structuredOutput: { schema: quoted, name: 'x', strict: true } }, http);
    expect(sentBody(http)['response_format']).toEqual({
      type: 'json_schema',
      json_schema: { name: 'x', schema: quoted, strict: true },
    });
    const plain = fakeHttp(says('x'));
    expect(await call({ structuredOutput: {} }, plain)).toMatchObject({ result: { structuredContent: null } });
    expect(sentBody(plain)).not.toHaveProperty('response_format');
  });

  it.each([
    [{ baseUrl: '{{$context.data.text}}' }, 'invalid_url'],
    [{ messages: '{{$context.data.n}}' }, 'invalid_messages'],
    [{ apiKey: 'a\r\nb' }, 'invalid_header'],
  ])('that cannot be made is an error, and nothing is sent: %j', async (config, code) => {
    const http = fakeHttp(says('x'));
    expect(await call(config, http)).toMatchObject({ kind: 'fail', status: 'error', error: { code } });
    expect(http.sent).toEqual([]);
  });
});

describe('the answer of a model', () => {
  it('shows tool calls with their arguments parsed, and what else it said', async () => {
    const calls = [
      { id: 't1', type: 'function', function: { name: 'add', arguments: '{"a":1}' } },
      { id: 't2', type: 'function', function: { name: 'bad', arguments: '{' } },
    ];
    const http = fakeHttp(says(null, { tool_calls: calls, reasoning_content: 'hm' }, { finish_reason: 'tool_calls' }));
    expect(await call({ structuredOutput }, http)).toMatchObject({
      kind: 'done',
      result: {
        content: '',
        toolCalls: [
          { id: 't1', name: 'add', args: { a: 1 } },
          { id: 't2', name: 'bad', args: '{' },
        ],
        additionalKwargs: { reasoning_content: 'hm' },
        responseMetadata: { model: 'm-1', finishReason: 'tool_calls' },
        structuredContent: null,
      },
    });
  });

  it('may stand in a Markdown block', async () => {
    const http = fakeHttp(says('```json\n{"n": 2}\n```'));
    expect(await call({ structuredOutput }, http)).toMatchObject({ result: { structuredContent: { n: 2 } } });
  });

  it.each([
    [says('{"n":"one"}'), 'llm_output_invalid', '/n: must be integer'],
    [says('no JSON'), 'llm_output_invalid', 'is no JSON'],
    [says('{"n":', {}, { finish_reason: 'length' }), 'llm_output_invalid', 'maxTokens'],
    [says(null, { refusal: 'I must not' }), 'llm_refused', 'I must not'],
  ])('that does not fit the schema fails: %j', async (answer, code, message) => {
    const failed = await call({ structuredOutput }, fakeHttp(answer));
    expect(failed).toMatchObject({ kind: 'fail', status: 'failed', error: { code } });
    expect((failed as { error: { message: string } }).error.message).toContain(message);
    const ignored = await call({ structuredOutput, ignoreFail: true }, fakeHttp(answer));
    expect(ignored).toMatchObject({ kind: 'done', result: { code } });
  });

  it('that is an error is an error, without the key that it quotes', async () => {
    const refused = { status: 401, body: { error: { message: 'Incorrect API key provided: sk-secret-1.' } } };
    const outcome = await call({ apiKey: '{{$env.LLM}}' }, fakeHttp(refused));
    expect(outcome).toMatchObject({
      kind: 'fail',
      status: 'error',
      error: { code: 'http_status', message: 'The provider answered 401: Incorrect API key provided: ***.' },
      result: { status: 401 },
    });
    expect(JSON.stringify(outcome)).not.toContain('sk-secret-1');
  });

  it('that is no completion is an error', async () => {
    const outcome = await call({}, fakeHttp({ body: '<html>' }));
    expect(outcome).toMatchObject({ kind: 'fail', status: 'error', error: { code: 'llm_protocol' } });
  });

  it('is waited for again when the provider is busy', async () => {
    const http = fakeHttp({ status: 429, headers: { 'retry-after': '0' } }, says('ok'));
    const outcome = await call({ retry: { attempts: 2, backoff: 0 } }, http);
    expect(outcome).toMatchObject({ kind: 'done', result: { content: 'ok' } });
    expect(http.sent).toHaveLength(2);
    expect(http.sent[0]?.headers).not.toHaveProperty('idempotency-key');
  });

  it('is asked for again after an open outcome only when the node is repeatable', async () => {
    const timeout = { ok: false, code: 'timeout', message: 'late' } as const;
    const retry = { attempts: 2, backoff: 0 };
    const once = fakeHttp(timeout);
    expect(await call({ retry }, once)).toMatchObject({ kind: 'fail', status: 'error', error: { code: 'timeout' } });
    expect(once.sent).toHaveLength(1);
    const twice = fakeHttp(timeout);
    await call({ retry, repeatable: true }, twice);
    const keys = twice.sent.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toEqual([expect.stringMatching(/^[0-9a-f]{40}$/), keys[0]]);
  });

  it('that was stopped is aborted', async () => {
    const aborted = fakeHttp({ ok: false, code: 'aborted', message: 'stopped' });
    expect(await call({ ignoreFail: true }, aborted)).toMatchObject({ kind: 'fail', status: 'aborted' });
  });
});

describe('the check of an llm node', () => {
  const faults = (config: JsonObject) =>
    llmNode.check!({ ...base, ...config } as never, { key: 'l', type: 'llm', config: {}, branches: {} });

  it('refuses a schema that checks nothing or is none', () => {
    const pointer = '/structuredOutput/schema';
    expect(faults({ structuredOutput: { schema: { type: 'objct' } } })).toMatchObject([{ pointer, code: 'invalid' }]);
    expect(faults({ structuredOutput: { schema: { requird: ['a'] } } })).toMatchObject([{ pointer }]);
    expect(faults({ structuredOutput })).toEqual([]);
  });

  it('refuses a base URL that is none, and leaves templates alone', () => {
    expect(faults({ baseUrl: 'ftp://a' })).toMatchObject([{ pointer: '/baseUrl' }]);
    expect(faults({ baseUrl: '{{$env.BASE}}' })).toEqual([]);
  });
});
