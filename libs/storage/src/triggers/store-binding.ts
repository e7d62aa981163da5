import type { TriggerBinding } from '#engine';
import type { EntityManager } from 'typeorm';

/** Records what a version's trigger asks for; it counts once the version is current and its workflow switched on. */
export async function storeBinding(
  manager: EntityManager,
  version: { id: number; workflowId: number },
  binding: TriggerBinding | null,
): Promise<void> {
  if (binding === null) return;
  const { kind, collection, events, isGlobal, config } = binding;
  await manager.query(
    `insert into trigger_bindings (version_id, workflow_id, kind, collection, events, is_global, config)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [version.id, version.workflowId, kind, collection, events, isGlobal, JSON.stringify(config)],
  );
}
