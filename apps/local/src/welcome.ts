import { join } from 'node:path';
import type { LocalInstance } from './start-local.js';

/** What stands in the terminal once everything runs. The admin key is printed by the start that made it, only. */
export function welcome(instance: LocalInstance, dataDir: string, keptKeys: boolean): string {
  const { gatewayUrl, adminUrl, keys } = instance;
  const keyFile = join(dataDir, 'admin-key');
  const keyLines = keys.adminIsNew
    ? [`Admin key     ${keys.admin}`, `              (shown this once; kept in ${keyFile})`]
    : [`Admin key     ${keptKeys ? `in ${keyFile}` : 'the one in HOOKMILL_ADMIN_KEY'}`];
  return [
    '',
    'Hookmill runs.',
    '',
    `Webhooks      ${gatewayUrl}/api/webhooks/<key>`,
    `Management    ${adminUrl}/api/v1   (docs: ${adminUrl}/api/docs)`,
    ...keyLines,
    `Logs          ${join(dataDir, 'logs')}`,
    '',
    'Try it in another terminal:',
    '',
    `  curl -X POST ${gatewayUrl}/api/webhooks/hello -H 'Content-Type: application/json' -d '{"event":"test","data":{"message":"Hello"}}'`,
    '  npx hookmill executions',
    '',
    'Ctrl-C stops everything.',
    '',
  ].join('\n');
}
