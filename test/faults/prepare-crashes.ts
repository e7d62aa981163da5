import type { Json } from '#shared';
import { CHANNEL, CHILD, IN_APP, RECORD_FIELDS, RECORDS, type CrashDocument } from './crash-document.js';
import { CHILD_NODES } from './documents-with-writes.js';
import type { CrashRig } from './crash-rig.js';

/** Stores the documents and what their nodes need. */
export async function prepareCrashes(rig: CrashRig, documents: readonly CrashDocument[]): Promise<void> {
  const { ask, hookmill, outside } = rig;
  await ask('PUT', `/collections/${RECORDS}`, { title: 'What crashes leave', fields: RECORD_FIELDS });
  const headers = [{ name: 'x-execution', value: '{{message.execution}}' }];
  // Signed: the id of the message is what its receiver tells a repetition by.
  const secret = 'whsec_Y3Jhc2ggdGVzdCBjcmFzaCB0ZXN0';
  await ask('PUT', `/channels/${CHANNEL}`, { type: 'webhook', url: `${outside.url}/notification`, headers, secret });
  await ask('PUT', `/channels/${IN_APP}`, { type: 'in-app' });
  const all: Pick<CrashDocument, 'key' | 'trigger' | 'nodes'>[] = [
    { key: CHILD, nodes: () => CHILD_NODES },
    ...documents,
  ];
  const apply = ({ key, trigger = 'async', nodes }: (typeof all)[number]) =>
    hookmill.apply({ key, enabled: true, trigger: TRIGGERS[trigger], nodes: nodes(outside) });
  await Promise.all(all.map(apply));
}

const TRIGGERS: Record<NonNullable<CrashDocument['trigger']>, Json> = {
  async: { type: 'webhook', mode: 'async' },
  sync: { type: 'webhook', mode: 'sync' },
  approval: { type: 'approval', collection: RECORDS },
};
