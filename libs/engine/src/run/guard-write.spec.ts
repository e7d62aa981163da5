import { describe, expect, it } from '@jest/globals';
import type { Write } from '../contract/write.js';
import { inMemoryJournal } from '../testing/in-memory-journal.js';
import { runDocument, runToResult } from '../testing/run-document.js';

const env = { TOKEN: 'hunter22-hunter22' };

async function written(nodes: unknown[]): Promise<Write[]> {
  const journal = inMemoryJournal();
  await runToResult({ trigger: { type: 'webhook' }, nodes }, {}, { env, ports: { journal } });
  return journal.entries.flatMap(({ write }) => write ?? []);
}

describe('secrets in what nodes write', () => {
  it('are not handed to a subflow, which would store and show them', async () => {
    const config = { workflow: 'other', context: { data: { token: 'Bearer {{$env.TOKEN}}' } } };
    const nodes = [{ type: 'subflow', config }];
    const journal = inMemoryJournal();
    const outcome = await runDocument({ trigger: { type: 'webhook' }, nodes }, {}, { env, ports: { journal } });
    expect(outcome).toMatchObject({ status: 'error', error: { code: 'secret_in_context' } });
    expect(journal.entries).toEqual([]);
    expect(JSON.stringify(outcome)).not.toContain('hunter22');
  });

  it('are masked in tasks, which people read', async () => {
    const config = { assignees: ['ann'], title: 'Use {{$env.TOKEN}}', form: {} };
    const [write] = await written([{ type: 'manual', config }]);
    expect(write).toMatchObject({ kind: 'open_tasks', tasks: [{ title: 'Use ***' }] });
  });

  it('stay in records, which hold what their author puts in', async () => {
    const config = { collection: 'keys', values: { token: '{{$env.TOKEN}}' } };
    expect(await written([{ type: 'create', config }])).toMatchObject([{ values: { token: env.TOKEN } }]);
  });
});
