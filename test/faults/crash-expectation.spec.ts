import { describe, expect, it } from '@jest/globals';
import { expectAfterCrash } from './crash-expectation.js';

const ORDER = [
  ...['before load 1', 'after load 1', 'before claim 1', 'after claim 1', 'before journal 1', 'after journal 1'],
  ...['received a 1', 'answered a 1', 'before journal 2', 'after journal 2'],
  ...['received b 1', 'answered b 1', 'before outcome 1', 'after outcome 1'],
];
const EFFECTS = [
  { node: 'a', repeatable: false },
  { node: 'b', repeatable: true },
];

describe('what a crash leaves behind', () => {
  it.each([
    ['after claim 1', 'resolved', 1, 1],
    ['before journal 1', 'resolved', 1, 1],
    ['after journal 1', 'retry_needed', 0, 0],
    ['received a 1', 'retry_needed', 1, 0],
    ['before journal 2', 'retry_needed', 1, 0],
    ['after journal 2', 'resolved', 1, 1],
    ['received b 1', 'resolved', 1, 2],
    ['before outcome 1', 'resolved', 1, 2],
    ['after outcome 1', 'resolved', 1, 1],
  ])('%s is %s', (label, status, a, b) => {
    const expected = expectAfterCrash(ORDER, ORDER.indexOf(label), EFFECTS);
    expect([expected.status, Object.fromEntries(expected.calls)]).toEqual([status, { a, b }]);
  });
});
