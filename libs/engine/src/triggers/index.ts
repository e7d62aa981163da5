import type { TriggerDefinition } from '../contract/trigger.js';
import { actionTrigger } from './action.trigger.js';
import { approvalTrigger } from './approval.trigger.js';
import { collectionTrigger } from './collection.trigger.js';
import { customActionTrigger } from './custom-action.trigger.js';
import { manualTrigger } from './manual.trigger.js';
import { requestInterceptionTrigger } from './request-interception.trigger.js';
import { scheduleTrigger } from './schedule.trigger.js';
import { webhookTrigger } from './webhook.trigger.js';

/** A registry holds triggers of all kinds: what one of them takes is only known behind its `type`. */
const definitions = [
  webhookTrigger,
  scheduleTrigger,
  collectionTrigger,
  actionTrigger,
  customActionTrigger,
  requestInterceptionTrigger,
  approvalTrigger,
  manualTrigger,
] as unknown as readonly TriggerDefinition[];

/** Every trigger type that documents may use, by type. A trigger that is not here does not exist. */
export const triggerRegistry: ReadonlyMap<string, TriggerDefinition> = new Map(
  definitions.map((definition) => [definition.type, definition]),
);

/** What the console, the API and the reference show of a trigger; `configSchema` is that of `trigger`. */
export type TriggerCatalogueEntry = Pick<
  TriggerDefinition,
  'type' | 'title' | 'docs' | 'context' | 'configSchema' | 'modes' | 'examples'
>;

/** The triggers of this release, for forms and for the reference. A property whose schema is `false` is not supported yet. */
export function triggerCatalogue(): TriggerCatalogueEntry[] {
  return definitions.map(({ type, title, docs, context, configSchema, shownSchema, modes, examples }) =>
    structuredClone({ type, title, docs, context, configSchema: shownSchema ?? configSchema, modes, examples }),
  );
}
