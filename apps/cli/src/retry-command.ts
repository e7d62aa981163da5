import type { ApiClient } from './api-client.js';
import type { Terminal } from './terminal.js';

export interface RetryOptions {
  /** Key of the node to go on from; absent: from the start. */
  from?: string;
  /** With the workflow's current version instead of the one that ran. */
  current?: boolean;
}

/** `hookmill executions retry <id>`: runs again what an ended execution ran on, and prints the new execution's id. */
export async function retryCommand(
  id: string,
  { from, current }: RetryOptions,
  api: ApiClient,
  terminal: Terminal,
): Promise<number> {
  const { body } = await api.send('POST', `/executions/${encodeURIComponent(id)}/retry`, {
    ...(from === undefined ? {} : { from }),
    version: current ? 'current' : 'same',
  });
  const retry = body as { id: string; version: number; status: string };
  terminal.out(`${retry.status}  ${retry.id}  version ${retry.version}, a retry of ${id}`);
  return 0;
}
