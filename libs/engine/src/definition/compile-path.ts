import type { CompiledPath } from '../contract/compiled-workflow.js';

const LITERAL = /^[A-Za-z0-9._~-]+$/;
const PARAM = /^:[A-Za-z_][A-Za-z0-9_]*$/;
const PREFIX = '/api/webhooks/';
const LONGEST = 512;

/**
 * Compiles a custom path: segments of `[A-Za-z0-9._~-]` (RFC 3986 unreserved) or `:name`, slashes at the ends ignored.
 *
 * @returns the path, or what is wrong with it.
 */
export function compilePath(pattern: string): CompiledPath | string {
  const trimmed = pattern.replace(/^\/+|\/+$/g, '');
  if (trimmed === '') return 'write at least one segment, as in orders/:region';
  if (trimmed.length > LONGEST) return `write at most ${LONGEST} characters`;
  const names = new Set<string>();
  const segments: ({ literal: string } | { param: string })[] = [];
  for (const segment of trimmed.split('/')) {
    const fault = segmentFault(segment, names);
    if (fault !== null) return fault;
    segments.push(segment.startsWith(':') ? { param: segment.slice(1) } : { literal: segment });
  }
  return { pattern: trimmed, segments };
}

function segmentFault(segment: string, names: Set<string>): string | null {
  if (segment === '') return 'remove the empty segment between two slashes';
  if (segment === '.' || segment === '..') return '"." and ".." are no segments';
  if (!segment.startsWith(':')) {
    return LITERAL.test(segment) ? null : `"${segment}" may only hold letters, digits and . _ ~ -, or be a :name`;
  }
  if (!PARAM.test(segment)) return `"${segment}" is no parameter: write : and a name of letters, digits and _`;
  if (segment === ':__proto__') return 'choose another name than "__proto__"';
  if (names.has(segment)) return `the parameter "${segment}" stands there twice`;
  names.add(segment);
  return null;
}

/**
 * Matches the path of a request, either what follows `/api/webhooks/` or the whole of it, without query. Segments are
 * percent-decoded once; a parameter takes one segment that is not empty.
 *
 * @returns the decoded parameters, or null when the path is another one or is not decodable.
 */
export function matchPath(path: CompiledPath, requestPath: string): Record<string, string> | null {
  const rest = requestPath.startsWith(PREFIX) ? requestPath.slice(PREFIX.length) : requestPath;
  const parts = rest.replace(/^\/|\/$/g, '').split('/');
  if (parts.length !== path.segments.length) return null;
  const params: Record<string, string> = {};
  for (const [index, segment] of path.segments.entries()) {
    const value = decode(parts[index] ?? '');
    if (value === null || value === '') return null;
    if ('param' in segment) params[segment.param] = value;
    else if (segment.literal !== value) return null;
  }
  return params;
}

function decode(segment: string): string | null {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}

/** True when some request path matches both; methods are for the caller to compare. */
export function pathsOverlap(a: CompiledPath, b: CompiledPath): boolean {
  if (a.segments.length !== b.segments.length) return false;
  return a.segments.every((segment, index) => {
    const other = b.segments[index];
    return other === undefined || 'param' in segment || 'param' in other || segment.literal === other.literal;
  });
}
