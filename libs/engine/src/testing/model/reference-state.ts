import type { Json } from '#shared';
import type { NodeRunStatus } from '../../contract/statuses.js';
import { raceDetector, type BranchPath, type RaceDetector } from './race-detector.js';
import type { Test, Value } from './tree.js';

/** A tree that makes more visits than a test has time for; its numbers are data, so that nobody can tell beforehand. */
export class TooLong extends Error {
  override readonly name = 'TooLong';
}

const MAX_VISITS = 250;
/** A wait gives its milliseconds, and a loop may take them for its rounds, all of them skipped. */
const MAX_ROUNDS = 2_000;

/** Where a visit stands: rounds and scopes of the enclosing loops, branches of the enclosing parallel nodes. */
export interface Place {
  rounds: readonly number[];
  scopes: Readonly<Record<string, Round>>;
  path: BranchPath;
}

/** `$scopes.<loop>`. */
export interface Round {
  item: Json;
  index: number;
  sequence: number;
  length: number;
}

/** One visit as the reference sees it. */
export interface Visit {
  key: string;
  rounds: readonly number[];
  path: BranchPath;
  status: NodeRunStatus;
  result: Json;
}

/** What a probe reads, those that are not there yet included. */
export const ALL_RESULTS = 'all results';

/** A test that cannot be evaluated. */
export const BROKEN = Symbol('broken');

/** Everything that the nodes of one execution share. */
export interface ReferenceState {
  now: number;
  /** Counts the instants at which somebody went on: what shares one happened at once. */
  epoch: number;
  forks: number;
  /** Of all loops, skipped ones included. */
  rounds: number;
  readonly visits: Visit[];
  readonly results: Map<string, Json>;
  /** How often each effect happened, by node key. */
  readonly effects: Map<string, number>;
  output: Json;
  readonly messages: Json[];
  readonly races: RaceDetector;
}

/** The state of an execution before its first visit. */
export function referenceState(): ReferenceState {
  return {
    now: 0,
    epoch: 0,
    forks: 0,
    rounds: 0,
    visits: [],
    results: new Map(),
    effects: new Map(),
    output: null,
    messages: [],
    races: raceDetector(),
  };
}

/** Counts a round of a loop. @throws TooLong */
export function openRound(state: ReferenceState): void {
  state.rounds += 1;
  if (state.rounds > MAX_ROUNDS) throw new TooLong();
}

/** Begins a visit. @throws TooLong */
export function openVisit(key: string, place: Place, state: ReferenceState): Visit {
  if (state.visits.length >= MAX_VISITS) throw new TooLong();
  const visit: Visit = { key, rounds: place.rounds, path: place.path, status: 'pending', result: null };
  state.visits.push(visit);
  return visit;
}

/** Ends a visit: its result is the latest one of its node. */
export function settle(visit: Visit, status: NodeRunStatus, result: Json, state: ReferenceState): void {
  visit.status = status;
  visit.result = result;
  remember(visit.key, result, visit.path, state);
}

/** Makes a value the latest result of a node. */
export function remember(key: string, value: Json, path: BranchPath, state: ReferenceState): void {
  state.races.access(`result of ${key}`, path, state.epoch, 'write');
  state.races.access(ALL_RESULTS, path, state.epoch, 'add');
  state.results.set(key, value);
}

/** What a value is now; undefined when there is none. */
export function read(value: Value, { scopes, path }: Place, state: ReferenceState): Json | undefined {
  switch (value.from) {
    case 'constant':
      return value.value;
    case 'result':
      state.races.access(`result of ${value.key}`, path, state.epoch, 'read');
      return state.results.get(value.key);
    case 'round':
      return scopes[value.loop]?.[value.field];
  }
}

/** Whether a test holds; {@link BROKEN} when that cannot be said. */
export function holds(test: Test, place: Place, state: ReferenceState): boolean | typeof BROKEN {
  if (test.compare === 'broken') return BROKEN;
  const left = read(test.left, place, state);
  if (left === undefined) return false;
  if (typeof left === 'object' && left !== null) return false;
  // JavaScript converts texts, booleans and null; only null equals no number.
  if (test.compare === 'equal') return left !== null && Number(left) === test.right;
  return test.compare === 'gt' ? Number(left) > test.right : Number(left) < test.right;
}
