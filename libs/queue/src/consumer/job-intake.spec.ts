import { describe, expect, it } from '@jest/globals';
import { JobIntake } from './job-intake.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

function intakeWith(free: number) {
  const slots = { free };
  const seen = { limit: 0, over: [] as string[] };
  const intake = new JobIntake(slots, (jobs) => (seen.limit = jobs));
  const end = (name: string) => {
    const job = { name };
    void intake.end(job).then(() => seen.over.push(name));
    return job;
  };
  return { slots, seen, intake, end };
}

describe('the intake of jobs', () => {
  it('allows one job more than are in hand while a slot is free', () => {
    const { seen, intake } = intakeWith(2);
    intake.enter();
    expect(seen.limit).toBe(2);
  });

  it('allows no more than are in hand while no slot is free', () => {
    const { slots, seen, intake } = intakeWith(1);
    intake.enter();
    slots.free = 0;
    intake.enter();
    expect(seen.limit).toBe(2);
  });

  it('lets a job end when a slot is free for its successor, and not before', async () => {
    const { slots, seen, intake, end } = intakeWith(0);
    intake.enter();
    end('a');
    await turn();
    expect(seen.over).toEqual([]);
    slots.free = 1;
    intake.adjust();
    await turn();
    expect(seen.over).toEqual(['a']);
  });

  it('lets no two jobs end for one free slot', async () => {
    const { seen, intake, end } = intakeWith(1);
    intake.enter();
    intake.enter();
    const first = end('a');
    end('b');
    await turn();
    expect(seen).toEqual({ limit: 2, over: ['a'] });
    intake.ended(first);
    await turn();
    expect(seen.over).toEqual(['a', 'b']);
  });

  it('counts a job that is being ended until it is', async () => {
    const { seen, intake, end } = intakeWith(1);
    intake.enter();
    const job = end('a');
    await turn();
    expect(seen.limit).toBe(1);
    intake.ended(job);
    intake.enter();
    expect(seen.limit).toBe(2);
  });

  it('is not held up by a job that could not be ended', async () => {
    const { seen, intake, end } = intakeWith(1);
    intake.enter();
    intake.enter();
    end('lost its lock');
    end('b');
    await turn();
    intake.forgetEnding();
    await turn();
    expect(seen.over).toEqual(['lost its lock', 'b']);
  });

  it('lets every job end once it takes no more', async () => {
    const { seen, intake, end } = intakeWith(0);
    intake.enter();
    intake.enter();
    end('a');
    end('b');
    intake.stop();
    await turn();
    expect(seen.over).toEqual(['a', 'b']);
  });
});
