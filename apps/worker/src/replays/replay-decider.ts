import { isWebhookWorkflow, screenRequest, type ParseLimits } from '#engine';
import { planRetry, type ReplayDecider, type RetrySources } from '#storage';
import type { VersionCache } from '../execution/steps/load-version.js';
import type { Environment } from '../ports/environment.js';

export interface DeciderParts {
  versions: Pick<VersionCache, 'load'>;
  environment: Pick<Environment, 'valuesFor'>;
  limits: ParseLimits;
  sources: RetrySources;
}

/**
 * What becomes of the members of a replay: requests enter at gate 14 with the current version, executions are retried as
 * by hand. Rejects when this release cannot compile the version: another worker may.
 */
export function createReplayDecider({ versions, environment, limits, sources }: DeciderParts): ReplayDecider {
  return {
    screen: async ({ request, versionId }) => {
      if (versionId === null) return { outcome: 'skipped', reason: 'no_version' };
      const workflow = await versions.load(versionId);
      if (!isWebhookWorkflow(workflow)) return { outcome: 'skipped', reason: 'not_webhook' };
      const screened = screenRequest(request, workflow, environment.valuesFor(workflow.envNames).values, limits);
      switch (screened.outcome) {
        case 'wanted':
          return { outcome: 'started' };
        case 'filtered':
          return { outcome: 'filtered', reason: 'filter' };
        case 'refused':
          return { outcome: 'refused', reason: screened.code };
        default:
          return screened satisfies never;
      }
    },
    plan: (executionId, fromNode, version) => planRetry(sources, executionId, fromNode, version),
  };
}
