import { hopsOf } from '#engine';
import type { Admission } from '../admission.js';
import { Refusal } from '../refusal.js';
import type { WebhookRequest } from '../webhook-request.js';

/**
 * Gates 1 and 2: is this instance taking requests, is this one of bearable size, and no loop of workflows.
 * @throws Refusal draining, backlog, headers_too_large, url_too_long, loop_detected
 */
export function admit(
  request: WebhookRequest,
  admission: Pick<Admission, 'isDraining' | 'isOverloaded'>,
  limits: { count: number; bytes: number; url: number; hops: number },
): void {
  if (admission.isDraining) throw new Refusal('draining', { headers: { connection: 'close' } });
  if (admission.isOverloaded) throw new Refusal('backlog');
  const { count, bytes } = request.headers;
  if (count > limits.count || bytes > limits.bytes) throw new Refusal('headers_too_large');
  if (request.target.length > limits.url) throw new Refusal('url_too_long');
  if (hopsOf(request.headers.values) > limits.hops) throw new Refusal('loop_detected');
}
