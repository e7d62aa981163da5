import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { startEdge, type EdgeRig } from '../edge-rig.js';

const OUTSIDE = '0af7651916cd43dd8448eb211c80319c';
const exporter = new InMemorySpanExporter();
const sdk = new NodeSDK({
  spanProcessors: [new SimpleSpanProcessor({ exporter })],
  logRecordProcessors: [],
  metricReaders: [],
});

let rig: EdgeRig;

beforeAll(async () => {
  sdk.start();
  rig = await startEdge();
  await rig.secret('KEY', 'a secret of sixteen and more');
  await rig.save('open', { path: 'open/:id' });
  await rig.save('token', { auth: [{ type: 'token', header: 'x-token', value: '{{$env.KEY}}' }] });
});
afterAll(async () => {
  await rig?.stop();
  await sdk.shutdown();
});

describe('T65 telemetry', () => {
  it('T65 a trace of the sender is linked, never joined', async () => {
    exporter.reset();
    const traceparent = `00-${OUTSIDE}-b7ad6b7169203331-01`;
    await rig.send('/api/webhooks/open', { headers: { traceparent } });
    const received = exporter.getFinishedSpans().filter(({ name }) => name === 'webhook.receive');
    expect(received).toHaveLength(1);
    expect(received[0]!.spanContext().traceId).not.toBe(OUTSIDE);
    expect(received[0]!.links.map(({ context }) => context.traceId)).toEqual([OUTSIDE]);
  });
  it('T65 thousands of paths, bodies and secrets leave no name and no value of their own in spans', async () => {
    exporter.reset();
    for (let n = 0; n < 300; n += 1)
      await rig.send(`/api/webhooks/open/path-${n}?q=${n}`, { body: `canary-body-${n}` });
    await rig.send('/api/webhooks/token', {
      headers: { 'x-token': 'a secret of sixteen and more' },
      body: 'canary-body',
    });
    const spans = exporter.getFinishedSpans();
    expect(new Set(spans.map(({ name }) => name)).size).toBeLessThan(10);
    const told = JSON.stringify(spans.map(({ name, attributes, events }) => ({ name, attributes, events })));
    expect(told).not.toMatch(/canary|path-\d|a secret of/);
  });
});
