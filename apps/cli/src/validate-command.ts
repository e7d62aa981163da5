import type { ApiClient, ApiFault } from './api-client.js';
import { printFaults } from './apply-command.js';
import { readDocuments } from './read-documents.js';
import type { Terminal } from './terminal.js';

/**
 * `hookmill validate FILE...`: every fault of every document; nothing is stored.
 * @returns the exit code: 1 when any document has a fault
 */
export async function validateCommand(files: readonly string[], api: ApiClient, terminal: Terminal): Promise<number> {
  const documents = (await Promise.all(files.map(readDocuments))).flat();
  let faulty = 0;
  for (const { source, document } of documents) {
    const { body } = await api.send('POST', '/workflows/validate', document);
    const { faults } = body as { faults: ApiFault[] };
    if (faults.length === 0) {
      terminal.out(`valid      ${source}`);
      continue;
    }
    faulty++;
    printFaults(source, faults, 'the document has faults', terminal);
  }
  return faulty > 0 ? 1 : 0;
}
