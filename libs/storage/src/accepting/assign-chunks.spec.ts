import { describe, expect, it } from '@jest/globals';
import { sampleAccept } from '../testing/sample-accept.js';
import { toAcceptRow } from './accept-row.js';
import { assignChunks } from './assign-chunks.js';

const rows = (modes: ('async' | 'sync')[]) =>
  modes.map((mode) => toAcceptRow(sampleAccept({ workflowId: 1, versionId: 1, mode }), 0));
const idOf = (row: { columns: Record<string, unknown> } | undefined) => row?.columns['execution_id'];

describe('assigning chunks', () => {
  it('passes over sync rows and groups the async ones around them', () => {
    const batch = rows(['sync', 'async', 'sync', 'async', 'async']);
    expect(assignChunks(batch, 2)).toEqual([null, idOf(batch[1]), null, idOf(batch[1]), null]);
  });

  it('leaves the last one of an uneven batch alone', () => {
    const batch = rows(['async', 'async', 'async']);
    expect(assignChunks(batch, 2)).toEqual([idOf(batch[0]), idOf(batch[0]), null]);
  });

  it('groups nothing at a size of 1', () => {
    expect(assignChunks(rows(['async', 'async']), 1)).toEqual([null, null]);
  });
});
