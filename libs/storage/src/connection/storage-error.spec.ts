import { describe, expect, it } from '@jest/globals';
import { RejectedRow, StorageUnavailable } from '../contract.js';
import { toStorageError } from './storage-error.js';

const fromServer = (code: string) => Object.assign(new Error('server says'), { code, severity: 'ERROR' });
const fromSystem = (code: string) => Object.assign(new Error('system says'), { code });

describe('an error', () => {
  it.each(['22P02', '22003', '23505', '54000'])('of the data (%s) blames the row', (code) => {
    expect(toStorageError(fromServer(code))).toBeInstanceOf(RejectedRow);
  });

  it.each(['57P01', '57014', '53300', '08006', '3D000', '25006'])('of the server (%s) is an outage', (code) => {
    expect(toStorageError(fromServer(code))).toBeInstanceOf(StorageUnavailable);
  });

  it.each(['ECONNREFUSED', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN'])('of the line (%s) is an outage', (code) => {
    expect(toStorageError(fromSystem(code))).toBeInstanceOf(StorageUnavailable);
  });

  it.each(['Connection terminated unexpectedly', 'Query read timeout', 'timeout exceeded when trying to connect'])(
    'of the driver (%s) is an outage',
    (message) => {
      expect(toStorageError(new Error(message))).toBeInstanceOf(StorageUnavailable);
    },
  );

  it('of ours is passed on as it is', () => {
    const defects = [fromServer('42601'), new TypeError('x is not a function'), fromSystem('ERR_INVALID_ARG_TYPE')];
    expect(defects.map(toStorageError)).toEqual(defects);
  });
});
