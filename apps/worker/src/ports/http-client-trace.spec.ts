import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { NodeSDK, type NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import { createHttpClient } from './http-client.js';
import { startRecordingServer } from './testing/recording-server.js';
import type { RecordingServer } from './testing/recording-server.js';

type SpanProcessor = NonNullable<NodeSDKConfiguration['spanProcessors']>[number];

const ended: Parameters<SpanProcessor['onEnd']>[0][] = [];
const collector: SpanProcessor = {
  onStart: () => undefined,
  onEnd: (span) => void ended.push(span),
  forceFlush: async () => undefined,
  shutdown: async () => undefined,
};
const sdk = new NodeSDK({ spanProcessors: [collector], instrumentations: [] });
const client = createHttpClient({ allowPrivate: ['127.0.0.0/8'] });
let server: RecordingServer;

beforeAll(async () => {
  sdk.start();
  server = await startRecordingServer();
});
afterAll(async () => {
  await client.close();
  await server.close();
  await sdk.shutdown();
});
beforeEach(() => {
  server.reset();
  ended.length = 0;
});

async function traceparentSent(headers: Record<string, string> = {}): Promise<string | undefined> {
  const signal = new AbortController().signal;
  await client.send({ url: server.base, method: 'GET', headers, body: null, timeoutMs: 2_000, signal });
  const sent = server.seen[0]?.headers.traceparent;
  return Array.isArray(sent) ? sent[0] : sent;
}

describe('an outgoing call with telemetry on', () => {
  it('lets the receiver join the trace under a span of its own', async () => {
    const sent = await traceparentSent();
    const [span] = ended;
    expect(sent).toBe(`00-${span?.spanContext().traceId}-${span?.spanContext().spanId}-01`);
    expect(span).toMatchObject({
      name: 'http.call',
      attributes: {
        'http.request.method': 'GET',
        'server.address': '127.0.0.1',
        'http.response.status_code': 200,
      },
    });
  });

  it('leaves a trace context of the author as it is', async () => {
    const mine = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    expect(await traceparentSent({ Traceparent: mine })).toBe(mine);
  });
});
