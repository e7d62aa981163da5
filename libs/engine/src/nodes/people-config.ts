import type { Json, JsonObject } from '#shared';
import { EngineError } from '../contract/engine-error.js';
import { valueText } from '../expression/value-text.js';

/** One write opens a task for each: enough for a committee, and a stray list of customers does not become tasks. */
const MOST_PEOPLE = 200;

/** Lists in lists: what two loops over lists collect, and one more. */
const MOST_NESTING = 3;

/** Longest name of a person: it is part of an index. */
const NAME_LENGTH = 200;

/** Schema of a list of people in a config. */
export function peopleSchema(description: string): JsonObject {
  return {
    anyOf: [
      { type: 'array', maxItems: MOST_PEOPLE },
      { type: 'string', minLength: 1 },
    ],
    description: `${description}: names, ids or templates; a list in a list is part of it, each person counts once`,
  };
}

/**
 * The distinct people that a rendered config names, in order; nothing and blanks are left out.
 * @throws EngineError invalid_people, too_many_people
 */
export function distinctPeople(given: Json | undefined): string[] {
  const people = new Set<string>();
  for (const entry of [given ?? null].flat(MOST_NESTING) as Json[]) {
    const name = personName(entry);
    if (name !== '') people.add(name);
  }
  if (people.size > MOST_PEOPLE) {
    throw new EngineError('too_many_people', `There are ${people.size} people; a node takes ${MOST_PEOPLE} at most.`);
  }
  return [...people];
}

function personName(entry: Json): string {
  if (entry !== null && typeof entry !== 'string' && typeof entry !== 'number') {
    throw new EngineError('invalid_people', 'A person is named by a text or a number; use a template that gives one.');
  }
  const name = valueText(entry).trim();
  if (name.length <= NAME_LENGTH) return name;
  throw new EngineError('invalid_people', `A person's name has ${NAME_LENGTH} characters at most.`);
}
