import type { FastifyInstance } from 'fastify';
import { ApiProblem } from './api-problem.js';
import { YamlText } from './yaml-text.js';

/** Bytes of a management request; a workflow of 400 nodes with scripts is far below. */
export const BODY_LIMIT = 2 * 1024 ** 2;

/** Far above what a workflow of 20 nested branches needs, far below what overflows a stack. */
const MAX_DEPTH = 200;

/**
 * Reads JSON (`__proto__` refused, depth limited, an empty body is `undefined`) and hands YAML on as text, because only
 * workflow routes take it. Any other content type is 415.
 */
export function addBodyParsers(fastify: FastifyInstance): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(['application/json'], { parseAs: 'string' }, (request, text, done) => {
    if (text === '') return done(null, undefined);
    void parse(request, text as string, (error, value) => {
      if (error) return done(malformed(whyUnreadable(text as string)));
      done(isDeeperThan(value, MAX_DEPTH) ? malformed(`it nests deeper than ${MAX_DEPTH} levels`) : null, value);
    });
  });
  const yaml = ['application/yaml', 'application/x-yaml', 'text/yaml'];
  fastify.addContentTypeParser(yaml, { parseAs: 'string' }, (_request, text, done) => {
    done(null, new YamlText(text as string));
  });
}

/** What the parser of Fastify does not say: where the text breaks off, or that it is JSON which is refused. */
function whyUnreadable(text: string): string {
  try {
    JSON.parse(text);
    return 'it has a member "__proto__", or "prototype" in "constructor"; rename it';
  } catch (error) {
    return (error as Error).message;
  }
}

function malformed(why: string): ApiProblem {
  return new ApiProblem('malformed_body', `The body is not JSON: ${why}`, [
    { pointer: '', code: 'syntax', message: why },
  ]);
}

/** Iterative, so that the check itself cannot overflow. */
export function isDeeperThan(value: unknown, max: number): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > max) return true;
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
  }
  return false;
}
