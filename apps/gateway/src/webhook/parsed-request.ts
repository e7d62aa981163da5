import type { StoredRequest, TriggerContext } from '#engine';

/** A request whose body was understood. */
export interface ParsedRequest {
  stored: StoredRequest;
  context: TriggerContext;
}
