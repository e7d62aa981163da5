import type { StoredRequest } from '#engine';
import { joinHeaders, newId, type HeaderList } from '#shared';
import { createHash } from 'node:crypto';
import type { AcceptRequest } from '../contract.js';

export interface SampleAccept {
  workflowId: number;
  versionId: number;
  /** Text that the dedup id is made of; absent for none. */
  dedupKey?: string;
  windowMs?: number;
  mode?: 'async' | 'sync';
  httpStatus?: number | null;
  request?: Partial<StoredRequest>;
}

/** A request ready to be accepted, with new ids and a small JSON body. */
export function sampleAccept(sample: SampleAccept): AcceptRequest {
  const { workflowId, versionId, dedupKey, windowMs = 60_000, mode = 'async' } = sample;
  const { httpStatus = mode === 'async' ? 200 : null } = sample;
  const rawHeaders: HeaderList = sample.request?.rawHeaders ?? [['Content-Type', 'application/json']];
  const request: StoredRequest = {
    id: newId(),
    receivedAt: new Date(),
    method: 'POST',
    url: '/api/webhooks/sample',
    ip: '192.0.2.1',
    rawHeaders,
    headers: joinHeaders(rawHeaders),
    body: Buffer.from('{"a":1}'),
    content: null,
    deliveryId: dedupKey ?? null,
    ...sample.request,
  };
  return {
    request,
    workflowId,
    versionId,
    executionId: newId(),
    mode,
    httpStatus,
    secretName: null,
    latencyMs: 1,
    bodySha256: createHash('sha256').update(request.body).digest(),
    dedup: dedupKey === undefined ? null : { id: createHash('sha256').update(dedupKey).digest(), windowMs },
    replyTo: mode === 'sync' ? 'gateway-1' : null,
  };
}
