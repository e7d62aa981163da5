import type { Json } from '#shared';
import type { NodeError } from '../contract/node-run.js';
import type { Reply } from '../contract/reply.js';
import { headerNameFault, headerValueFault } from './header-rules.js';
import { renderTemplate, type TemplateScope } from './template.js';
import { valueText } from './value-text.js';

/** A reply as it is configured; every part may hold templates. */
export interface ReplyTemplate {
  status?: Json;
  headers?: Json;
  body?: Json;
}

const TEXT = 'text/plain; charset=utf-8';
const JSON_TYPE = 'application/json';
/** Types in which a browser runs what a payload may have brought along. */
const ACTIVE = /^(?:text\/html|application\/xhtml\+xml|image\/svg\+xml|(?:text|application)\/xml)\b/i;
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * Makes the reply that a sender is given. A text body is `text/plain; charset=utf-8` and anything else JSON, unless a
 * content type is set; an absent body is empty. HTML and other active types carry `content-security-policy: sandbox`
 * and `x-content-type-options: nosniff`.
 *
 * A header that a template made illegal is dropped, an illegal status becomes 500; `error` (code `illegal_reply`) then
 * says why, without the value.
 */
export function renderReply(template: ReplyTemplate, scope: TemplateScope): { reply: Reply; error?: NodeError } {
  const reasons: string[] = [];
  const status = renderStatus(template.status, scope, reasons);
  const headers = renderHeaders(template.headers, scope, reasons);
  const body = template.body === undefined ? undefined : renderTemplate(template.body, scope);
  const text = body === undefined || WITHOUT_BODY.has(status) ? '' : bodyText(body);
  if (text !== '') headers['content-type'] ??= typeof body === 'string' ? TEXT : JSON_TYPE;
  const reply: Reply = { status, headers: withSafety(headers), body: text };
  return reasons.length === 0 ? { reply } : { reply, error: { code: 'illegal_reply', message: reasons.join('; ') } };
}

function bodyText(body: Json): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

function renderStatus(status: Json | undefined, scope: TemplateScope, reasons: string[]): number {
  if (status === undefined) return 200;
  const rendered = renderTemplate(status, scope);
  const number = typeof rendered === 'string' && /^\d{3}$/.test(rendered) ? Number(rendered) : rendered;
  if (typeof number === 'number' && Number.isInteger(number) && number >= 200 && number <= 599) return number;
  reasons.push('the status is not a whole number from 200 to 599');
  return 500;
}

function renderHeaders(headers: Json | undefined, scope: TemplateScope, reasons: string[]): Record<string, string> {
  const result: Record<string, string> = {};
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) return result;
  for (const [name, value] of Object.entries(headers)) {
    const rendered = renderTemplate(value, scope);
    if (rendered === undefined || rendered === null) continue;
    const header = valueText(renderTemplate(name, scope)).toLowerCase();
    const text = valueText(rendered);
    // The reason gives the name as configured: what a payload made of it may hold anything.
    if ((headerNameFault(header) ?? headerValueFault(header, text)) === null) result[header] = text;
    else reasons.push(`the header ${JSON.stringify(name)} is not legal in a reply`);
  }
  return result;
}

function withSafety(headers: Record<string, string>): Record<string, string> {
  const type = headers['content-type'];
  if (type === undefined || type === TEXT || type === JSON_TYPE) return headers;
  if (!ACTIVE.test(type.trim())) return { ...headers, 'x-content-type-options': 'nosniff' };
  return { ...headers, 'content-security-policy': 'sandbox', 'x-content-type-options': 'nosniff' };
}
