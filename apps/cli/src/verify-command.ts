import type { ApiClient } from './api-client.js';
import { diagnosisLines, type DiagnosisEntry } from './diagnosis-lines.js';
import type { Terminal } from './terminal.js';

export interface VerifyOptions {
  workflowVersion?: string;
  json?: boolean;
}

interface Diagnosis {
  requestId: string;
  workflowKey: string;
  version: number;
  entries: DiagnosisEntry[];
}

/** `hookmill verify <id>`: what each check says of a stored request, with the secrets there are now. 1 when one refuses it. */
export async function verifyCommand(
  id: string,
  { workflowVersion, json }: VerifyOptions,
  api: ApiClient,
  terminal: Terminal,
): Promise<number> {
  const query = workflowVersion === undefined ? '' : `?version=${encodeURIComponent(workflowVersion)}`;
  const { body } = await api.send('POST', `/requests/${encodeURIComponent(id)}/diagnose${query}`);
  const diagnosis = body as Diagnosis;
  if (json) terminal.out(JSON.stringify(diagnosis, null, 2));
  else linesOf(diagnosis).forEach((line) => terminal.out(line));
  return diagnosis.entries.some(({ verdict }) => verdict === 'refused') ? 1 : 0;
}

function linesOf({ requestId, workflowKey, version, entries }: Diagnosis): string[] {
  const head = `request ${requestId}, workflow ${workflowKey} version ${version}`;
  return [head, ...(entries.length === 0 ? ['It is public: nothing is checked.'] : entries.flatMap(diagnosisLines))];
}
