import type { Json } from '#shared';

/** A list of addresses, numbers or people as a message or config writes it: flattened, blanks left out. */
export function peopleOf(given: Json | undefined): string[] {
  if (Array.isArray(given)) return given.flatMap(peopleOf);
  if (typeof given === 'number') return [String(given)];
  return typeof given === 'string' && given.trim() !== '' ? [given.trim()] : [];
}
