import { describe, expect, it } from '@jest/globals';
import { fakeHttp } from './fake-http.js';
import { inMemoryJournal } from './in-memory-journal.js';
import { runDocument } from './run-document.js';

const trigger = { type: 'webhook', mode: 'async' };

describe('runDocument', () => {
  it('runs a document with an effect, journaled, on fakes', async () => {
    const http = fakeHttp({ body: { id: 7 } });
    const journal = inMemoryJournal();
    const nodes = [
      { key: 'sum', type: 'calculation', config: { expression: '{{$context.data.a}} + 1' } },
      {
        key: 'send',
        type: 'request',
        config: {
          url: 'https://example.com/{{$jobsMapByNodeKey.sum}}',
          headers: [{ name: 'authorization', value: 'Bearer {{$env.TOKEN}}' }],
          data: {},
        },
      },
      { type: 'output', config: { value: '{{$jobsMapByNodeKey.send.data.id}}' } },
    ];
    const outcome = await runDocument(
      { trigger, nodes },
      { data: { a: 1 } },
      {
        ports: { http, journal },
        env: { TOKEN: 'hunter22' },
      },
    );
    expect(outcome).toMatchObject({ status: 'resolved', output: 7 });
    expect(http.sent[0]).toMatchObject({ url: 'https://example.com/2', headers: { authorization: 'Bearer hunter22' } });
    expect(journal.entries[0]?.runs.slice(0, -1).map(({ nodeKey }) => nodeKey)).toEqual(['sum']);
    expect(JSON.stringify([outcome, journal.entries])).not.toContain('hunter22');
  });

  it('lets a variable gather over branches', async () => {
    const nodes = [
      { key: 'level', type: 'variable', config: { value: 'low' } },
      {
        type: 'condition',
        config: { engine: 'math.js', expression: '{{$context.data.n}} > 10' },
        branches: { true: [{ type: 'variable', config: { target: 'level', value: 'high' } }], false: [] },
      },
      { type: 'output', config: { value: '{{$jobsMapByNodeKey.level}}' } },
    ];
    expect((await runDocument({ trigger, nodes }, { data: { n: 11 } })).output).toBe('high');
    expect((await runDocument({ trigger, nodes }, { data: { n: 9 } })).output).toBe('low');
  });

  it('names every fault of a document that does not compile', async () => {
    const nodes = [
      { type: 'request', config: { url: 'ftp://x' } },
      { type: 'calculation', config: { expression: '1 +' } },
    ];
    await expect(runDocument({ trigger, nodes })).rejects.toThrow(
      /\/nodes\/0\/config\/url[^]*\/nodes\/1\/config\/expression/,
    );
  });
});
