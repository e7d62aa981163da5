import type { ApiClient } from './api-client.js';
import type { Terminal } from './terminal.js';

/** `hookmill executions cancel <id>`: ends an open execution, whoever runs it. */
export async function cancelCommand(id: string, api: ApiClient, terminal: Terminal): Promise<number> {
  const { body } = await api.send('POST', `/executions/${encodeURIComponent(id)}/cancel`);
  terminal.out(`${(body as { status: string }).status}  ${id}`);
  return 0;
}
