import type { Json } from '#shared';

/** The variables of contract.md 5. Lookups see own properties only. */
export interface Scope {
  $context: Json;
  $jobsMapByNodeKey: Record<string, Json>;
  $scopes: Record<string, Json>;
  $env: Record<string, Json>;
  $system: Record<string, unknown>;
  $execution: Record<string, Json>;
}
