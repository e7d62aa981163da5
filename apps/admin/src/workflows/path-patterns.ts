import { compilePath, pathsOverlap } from '#engine';

/** True when one request path could match both stored patterns, such as `orders/:region` and `orders/eu`. */
export function patternsOverlap(a: string, b: string): boolean {
  const [one, other] = [compilePath(a), compilePath(b)];
  // A pattern that this release cannot read was stored by a newer one: only the same text is known to overlap.
  return typeof one === 'string' || typeof other === 'string' ? a === b : pathsOverlap(one, other);
}
