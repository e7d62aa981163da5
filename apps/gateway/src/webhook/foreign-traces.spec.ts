import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { NodeSDK, type NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import { startTestGateway, type TestGateway } from '../testing/start-test-gateway.js';

type SpanProcessor = NonNullable<NodeSDKConfiguration['spanProcessors']>[number];

const ended: Parameters<SpanProcessor['onEnd']>[0][] = [];
const collector: SpanProcessor = {
  onStart: () => undefined,
  onEnd: (span) => void ended.push(span),
  forceFlush: async () => undefined,
  shutdown: async () => undefined,
};
const sdk = new NodeSDK({ spanProcessors: [collector], instrumentations: [] });
const THEIRS = '0af7651916cd43dd8448eb211c80319c';
let gateway: TestGateway;

beforeAll(async () => {
  sdk.start();
  gateway = await startTestGateway({ workflows: { open: {} } });
});
afterAll(async () => {
  await gateway.stop();
  await sdk.shutdown();
});
beforeEach(() => {
  ended.length = 0;
});

async function spanOf(path: string, headers: Record<string, string | string[]>) {
  await gateway.send(path, { headers, body: 'x-secret-x' });
  return ended.find(({ name }) => name === 'webhook.receive')!;
}

describe('T65: a traceparent from outside', () => {
  const traceparent = `00-${THEIRS}-b7ad6b7169203331-01`;

  it('is a link, and its trace is not ours', async () => {
    const span = await spanOf('/api/webhooks/open', { traceparent });
    expect(span.spanContext().traceId).not.toBe(THEIRS);
    expect(span.parentSpanContext).toBeUndefined();
    expect(span.links.map(({ context }) => context.traceId)).toEqual([THEIRS]);
  });

  it.each([['00-zz'], ['x'.repeat(5_000)], [`00-${THEIRS}-0000000000000000-01`], [[traceparent, traceparent]]])(
    'that is none is no link',
    async (value) => {
      const span = await spanOf('/api/webhooks/open', { traceparent: value });
      expect([span.links, span.parentSpanContext]).toEqual([[], undefined]);
    },
  );

  it('leaves one name for all paths, and no part of body or headers in attributes', async () => {
    const spans = [];
    for (const path of ['/api/webhooks/a', '/api/webhooks/b?x-secret-x']) {
      spans.push(await spanOf(path, { authorization: 'x-secret-x' }));
      ended.length = 0;
    }
    expect(spans.map(({ name }) => name)).toEqual(['webhook.receive', 'webhook.receive']);
    expect(JSON.stringify(spans.map(({ attributes }) => attributes))).not.toContain('x-secret-x');
  });
});
