import type { ActiveWorkflow } from '../active-workflow.js';
import { Refusal } from '../refusal.js';
import type { WebhookRequest } from '../webhook-request.js';

/**
 * Gates 6 and 7: HTTPS, and every list of addresses, by the client's own address.
 * @throws Refusal https_required, address_not_allowed
 */
export function checkOrigin(request: WebhookRequest, workflow: ActiveWorkflow): void {
  const { ip, secure } = request.origin;
  if (workflow.compiled.trigger.config.httpsOnly && !secure) throw new Refusal('https_required');
  if (!workflow.addressLists.every((list) => list.has(ip))) throw new Refusal('address_not_allowed');
}
