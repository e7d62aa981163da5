import { NotFoundException } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { BadCursor, PathConflict, RejectedRow, StorageUnavailable } from '#storage';
import { toProblem } from './problem.filter.js';

describe('what an error is answered with', () => {
  it.each([
    [new BadCursor(), 'bad_cursor', 400],
    [new RejectedRow('x'), 'invalid_request', 400],
    [new PathConflict('other'), 'path_conflict', 409],
    [new StorageUnavailable('x'), 'unavailable', 503],
    [new NotFoundException(), 'not_found', 404],
    [Object.assign(new Error('x'), { statusCode: 413 }), 'body_too_large', 413],
    [new Error('password=hunter2'), 'internal', 500],
    ['not even an error', 'internal', 500],
    [undefined, 'internal', 500],
  ])('%s', (error, code, status) => {
    expect(toProblem(error)).toMatchObject({ code, status });
  });

  it('tells nobody what went wrong inside', () => {
    expect(toProblem(new Error('password=hunter2')).message).not.toContain('hunter2');
  });

  it('asks to try again when the database is away', () => {
    expect(toProblem(new StorageUnavailable('x')).headers).toHaveProperty('retry-after');
  });
});
