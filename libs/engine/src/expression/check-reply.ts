import { isJsonObject, type Json } from '#shared';
import type { Fault } from '../contract/workflow-document.js';
import { pointerTo } from './json-pointer.js';
import { headerNameFault, headerValueFault } from './header-rules.js';
import { parseTemplate } from './parse-template.js';
import { templateFaults } from './template.js';

/**
 * Faults of a configured reply (`trigger.response`, the response node) that are known before templates are rendered:
 * a status outside 200 to 599, header names and values that HTTP or we do not allow, braces without a path.
 * Pointers are relative to the reply.
 */
export function checkReply(reply: { status?: Json; headers?: Json; body?: Json }): Fault[] {
  return [...checkStatus(reply.status), ...checkHeaders(reply.headers), ...syntaxFaults(reply)];
}

function syntaxFaults(reply: { status?: Json; headers?: Json; body?: Json }): Fault[] {
  return templateFaults(reply).map(({ pointer, message }) => ({ pointer, code: 'syntax' as const, message }));
}

function checkStatus(status: Json | undefined): Fault[] {
  if (status === undefined || (typeof status === 'string' && status.includes('{{'))) return [];
  if (typeof status === 'number' && Number.isInteger(status) && status >= 200 && status <= 599) return [];
  return [{ pointer: '/status', code: 'invalid', message: 'write a whole number from 200 to 599' }];
}

function checkHeaders(headers: Json | undefined): Fault[] {
  if (!isJsonObject(headers)) return [];
  return Object.entries(headers).flatMap(([name, value]) => {
    const reason = (hasTemplate(name) ? null : headerNameFault(name)) ?? valueFault(name, value);
    const pointer = pointerTo('/headers', name);
    return reason === null ? [] : [{ pointer, code: 'invalid' as const, message: reason }];
  });
}

/** The literal parts of a value with templates must be legal too. */
function valueFault(name: string, value: Json): string | null {
  if (typeof value !== 'string') return null;
  const literal = parseTemplate(value).parts.filter((part) => typeof part === 'string');
  return headerValueFault(name, literal.join(''));
}

function hasTemplate(text: string): boolean {
  return text.includes('{{');
}
