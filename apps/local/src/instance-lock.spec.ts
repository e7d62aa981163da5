import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { acquireInstanceLock } from './instance-lock.js';
import { startTimeOf } from './running-process.js';

const top = mkdtempSync(join(tmpdir(), 'hookmill-lock-'));
const freshDirectory = () => mkdtempSync(join(top, 'x'));
afterAll(() => rmSync(top, { recursive: true, force: true }));

describe('acquireInstanceLock', () => {
  it('refuses a directory that a living launcher holds and names that process', () => {
    const directory = freshDirectory();
    const release = acquireInstanceLock(directory);
    expect(() => acquireInstanceLock(directory)).toThrow(new RegExp(`already runs .*process ${process.pid}`));
    release();
    expect(existsSync(join(directory, 'lock'))).toBe(false);
    acquireInstanceLock(directory)();
  });

  it('takes over the lock of a process that is gone', () => {
    const directory = freshDirectory();
    // Above the largest pid that Linux gives out.
    writeFileSync(join(directory, 'lock'), JSON.stringify({ pid: 2 ** 22 + 1, startTime: '1' }));
    expect(() => acquireInstanceLock(directory)()).not.toThrow();
  });

  it('takes over a lock whose process id now belongs to a process that started later', () => {
    const directory = freshDirectory();
    const earlier = String(Number(startTimeOf(process.ppid)) - 1);
    writeFileSync(join(directory, 'lock'), JSON.stringify({ pid: process.ppid, startTime: earlier }));
    expect(() => acquireInstanceLock(directory)()).not.toThrow();
  });

  it('takes over a lock that a power cut left empty', () => {
    const directory = freshDirectory();
    writeFileSync(join(directory, 'lock'), '');
    expect(() => acquireInstanceLock(directory)()).not.toThrow();
  });

  it('does not give back a lock that somebody else took over meanwhile', () => {
    const directory = freshDirectory();
    const release = acquireInstanceLock(directory);
    writeFileSync(join(directory, 'lock'), JSON.stringify({ pid: process.ppid, startTime: null }));
    release();
    expect(existsSync(join(directory, 'lock'))).toBe(true);
  });
});
