import type { Json, JsonObject } from '#shared';
import type { Provider } from '#signatures';

/** Options longer than this are keys; a page shows where they come from, not what they are. */
const SHOWN = 60;

/**
 * An entry of `trigger.auth` for a provider: what must be there, and the options of the first test vector. What is secret
 * or long is a `{{$env.NAME}}`, named after the provider.
 */
export function providerEntry(provider: Provider): JsonObject {
  const { name, secrets, options, vectors } = provider;
  const given = vectors[0]?.entry.options ?? {};
  const names = Object.keys(options.properties).filter(
    (option) =>
      option in given ||
      provesHandshake(provider, option) ||
      options.required.includes(option) ||
      (options.oneOf?.[0] === option && !hasOneOf(provider, given)),
  );
  const isKeyElsewhere = ['publicKey', 'jwksUrl'].some((option) => names.includes(option));
  const takesSecrets = secrets === 'required' || secrets === 'delivered' || (secrets === 'optional' && !isKeyElsewhere);
  return {
    type: 'signature',
    provider: name,
    ...(takesSecrets ? { secrets: [environment(name, secretName(provider))] } : {}),
    ...Object.fromEntries(names.map((option) => [option, optionValue(provider, option, given[option])])),
  };
}

/** Without it the provider's probe of the URL would be refused. */
function provesHandshake({ handshakes }: Provider, option: string): boolean {
  return handshakes.some(({ answer }) => answer.kind === 'echo' && answer.token?.option === option);
}

function hasOneOf({ options }: Provider, given: Readonly<JsonObject>): boolean {
  return options.oneOf?.some((option) => option in given) ?? false;
}

function optionValue({ name, options }: Provider, option: string, given: Json | undefined): Json {
  const text = JSON.stringify(options.properties[option]);
  const isSecret = text.includes('$env');
  return given === undefined || isSecret || JSON.stringify(given).length > SHOWN ? environment(name, option) : given;
}

function secretName({ scheme }: Provider): string {
  if (scheme.kind === 'basic') return 'login';
  if (scheme.kind === 'token') return 'token';
  const isPublic =
    scheme.kind === 'signed-bytes' && scheme.keys.every(({ algorithm }) => /^(ed|ec|rsa)/.test(algorithm));
  return isPublic ? 'publicKey' : 'secret';
}

function environment(provider: string, what: string): string {
  const words = what.replace(/([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])/g, '$1$3_$2$4');
  return `{{$env.${`${provider}_${words}`.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}}}`;
}
