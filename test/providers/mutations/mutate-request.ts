import type { UnsignedRequest } from '#signatures';
import type { ChangedRequest, OfficialProvider, Random } from '../official-provider.js';
import { pick } from '../sample-body.js';
import { bodyMutations } from './body-mutations.js';
import { textMutations } from './text-mutations.js';

type Changed = { name: string; request: UnsignedRequest; now: Date };

const CLOCK = [-86_400, -3600, -301, -300, -299, -61, -60, 60, 61, 299, 300, 301, 3600, 86_400];

const urlMutations: Readonly<Record<string, (url: string, random: Random) => string>> = {
  'a parameter more': (url) => `${url}${url.includes('?') ? '&' : '?'}more=1`,
  'an empty query': (url) => (url.includes('?') ? `${url}&` : `${url}?`),
  'its first parameter twice': (url) => url.replace(/\?([^&]*)/, '?$1&$1'),
  'its first parameter twice, otherwise': (url) => url.replace(/\?([^=&]*)=([^&]*)/, '?$1=x&$1=$2'),
  'another path': (url) => url.replace('/api/webhooks/', '/api/webhooks//'),
  'a slash at its end': (url) => url.replace(/(\?|$)/, '/$1'),
  'a path of another case': (url) => url.replace('/api/', '/API/'),
  'a letter escaped': (url) => url.replace('webhooks', 'webh%6Foks'),
  'the default port': (url) => url.replace('hooks.example', 'hooks.example:443'),
  'another port': (url) => url.replace('hooks.example', 'hooks.example:8443'),
  'another host': (url) => url.replace('hooks.example', 'hooks.example.evil'),
  'a host of another case': (url) => url.replace('hooks.example', 'HOOKS.example'),
  'another scheme': (url) => url.replace('https:', 'http:'),
};

/** The request as signed, with one or two changes, and the clock at which it is looked at. */
export function mutateRequest(
  provider: OfficialProvider,
  signed: UnsignedRequest,
  now: Date,
  random: Random,
): ChangedRequest {
  let request = signed;
  let at = now;
  const changes: string[] = [];
  const count = random() < 0.8 ? 1 : 2;
  for (let tries = 0; changes.length < count && tries < 100; tries += 1) {
    const changed = changeOnce(provider, request, at, random);
    if (!changed) continue;
    changes.push(changed.name);
    ({ request, now: at } = changed);
  }
  return { changes, request, signed, now: at };
}

function changeOnce(provider: OfficialProvider, request: UnsignedRequest, now: Date, random: Random): Changed | null {
  const headers = provider.parts.flatMap(({ name }) =>
    name.startsWith('header ') ? name.slice('header '.length) : [],
  );
  const parameters = provider.parts.flatMap(({ name }) =>
    name.startsWith('query ') ? name.slice('query '.length) : [],
  );
  const dice = random();
  if (dice < 0.05) {
    const seconds = pick(CLOCK, random);
    return { name: `clock ${seconds}`, request, now: new Date(now.getTime() + seconds * 1000) };
  }
  const changed = dice < 0.13 ? changeTarget(request, headers, random) : null;
  if (changed) return { ...changed, now };
  const texts = headers.length + parameters.length;
  const changedText = dice < 0.7 && texts > 0 ? changeText(request, { headers, parameters }, random) : null;
  const done = changedText ?? changeBody(request, random);
  return done && { ...done, now };
}

type NamedRequest = Omit<Changed, 'now'>;

/** Method, URL, or two headers exchanged. */
function changeTarget(request: UnsignedRequest, headers: readonly string[], random: Random): NamedRequest | null {
  const kind = pick(['method', 'url', 'url', 'swap', 'drop'] as const, random);
  if (kind === 'method') {
    const method = pick(['PUT', 'GET', 'post', 'PATCH'], random);
    return { name: `method ${method}`, request: { ...request, method } };
  }
  if (kind === 'url') {
    const [name, change] = pick(Object.entries(urlMutations), random);
    const url = change(request.url, random);
    return url === request.url ? null : { name: `url: ${name}`, request: { ...request, url } };
  }
  const [one, other] = [pick(headers, random), pick(headers, random)];
  if (one === undefined || other === undefined) return null;
  if (kind === 'drop') {
    const rest = Object.entries(request.headers).filter(([name]) => name !== one);
    return { name: `header ${one} missing`, request: { ...request, headers: Object.fromEntries(rest) } };
  }
  if (one === other) return null;
  const swapped = { ...request.headers, [one]: request.headers[other] ?? '', [other]: request.headers[one] ?? '' };
  return { name: `headers ${one} and ${other} exchanged`, request: { ...request, headers: swapped } };
}

function changeText(
  request: UnsignedRequest,
  { headers, parameters }: { headers: readonly string[]; parameters: readonly string[] },
  random: Random,
): NamedRequest | null {
  const [name, change] = pick(Object.entries(textMutations), random);
  const place = pick([...headers.map((header) => ({ header })), ...parameters.map((query) => ({ query }))], random);
  if ('header' in place) {
    const value = request.headers[place.header];
    const text = value === undefined ? null : change(value, random);
    if (text === null) return null;
    const changed = { ...request, headers: { ...request.headers, [place.header]: text } };
    return { name: `header ${place.header}: ${name}`, request: changed };
  }
  const found = new RegExp(`([?&]${place.query}=)([^&]*)`).exec(request.url);
  const text = found ? change(decodeURIComponent(found[2]!), random) : null;
  if (!found || text === null) return null;
  const url = request.url.replace(found[0], () => found[1]! + encodeURIComponent(text));
  return { name: `query ${place.query}: ${name}`, request: { ...request, url } };
}

function changeBody(request: UnsignedRequest, random: Random): NamedRequest | null {
  const [name, change] = pick(Object.entries(bodyMutations), random);
  const body = change(request.body, random);
  return body === null ? null : { name: `body: ${name}`, request: { ...request, body } };
}
