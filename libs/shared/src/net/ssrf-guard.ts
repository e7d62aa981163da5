import { lookup as systemLookup } from 'node:dns/promises';
import ipaddr from 'ipaddr.js';

export interface ResolvedAddress {
  address: string;
  family: 4 | 6;
}

/** Resolves a host name to all its addresses. Rejects when there are none. */
export type HostLookup = (hostname: string) => Promise<ResolvedAddress[]>;

export interface SsrfGuardOptions {
  /** CIDRs that may be reached although they are not public (`HTTP_ALLOW_PRIVATE`). */
  allowPrivate?: readonly string[];
  /** Default: the system's resolver. */
  lookup?: HostLookup;
}

/** The guard refused; nothing was sent to that host. `message` may be shown to the workflow's author. */
export class BlockedTarget extends Error {
  override readonly name = 'BlockedTarget';
}

/** Decides which targets an outgoing call may reach. For HTTP, mail and everything else that opens a connection. */
export interface SsrfGuard {
  /** Throws {@link BlockedTarget} for a URL that may not be called whatever its host resolves to. */
  checkUrl(url: URL): void;
  /**
   * Resolves a host (name or IP literal, IPv6 with or without brackets) once and checks every address. Connect to one
   * of the answer's addresses, never to the name again. Rejects with {@link BlockedTarget} when any is refused.
   */
  resolve(hostname: string): Promise<ResolvedAddress[]>;
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = [Address, number];

/** Global unicast as IANA hands it out; all that embeds an IPv4 address or is special lies outside or has its own range name. */
const GLOBAL_IPV6: Range = ipaddr.parseCIDR('2000::/3');
/** Public by number, but answered by the platform: Azure's wire server hands out machine credentials. */
const PLATFORM: Range[] = [ipaddr.parseCIDR('168.63.129.16/32')];
const METADATA_NAMES = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
]);

/** Throws when a CIDR of `allowPrivate` is malformed, so that a wrong setting stops the start. */
export function createSsrfGuard(options: SsrfGuardOptions = {}): SsrfGuard {
  const allowed = (options.allowPrivate ?? []).map(parseCidr);
  const lookup = options.lookup ?? lookupAll;

  const check = (host: string, { address }: ResolvedAddress): void => {
    const parsed = parseAddress(address);
    if (parsed === null) throw new BlockedTarget(`${host} resolves to something that is no address`);
    if (isPublic(parsed) || allowed.some((range) => contains(range, parsed))) return;
    throw new BlockedTarget(`${host} leads to ${parsed.toString()}, which is not a public address`);
  };

  return {
    checkUrl(url) {
      if (url.protocol !== 'http:' && url.protocol !== 'https:')
        throw new BlockedTarget(`only http and https are allowed, not ${url.protocol}`);
      if (url.username !== '' || url.password !== '')
        throw new BlockedTarget('credentials in the URL are not allowed; use a header');
      if (METADATA_NAMES.has(plainHost(url.hostname)))
        throw new BlockedTarget(`${url.hostname} is a cloud metadata service`);
      const literal = literalAddress(url.hostname);
      if (literal !== null) check(url.hostname, literal);
    },
    async resolve(hostname) {
      if (METADATA_NAMES.has(plainHost(hostname))) throw new BlockedTarget(`${hostname} is a cloud metadata service`);
      const literal = literalAddress(hostname);
      const addresses = literal === null ? await lookup(hostname) : [literal];
      for (const address of addresses) check(hostname, address);
      if (addresses.length === 0) throw new Error(`${hostname} has no address`);
      return addresses;
    },
  };
}

/** True for an address of the public internet: the guard lets it pass without HTTP_ALLOW_PRIVATE. */
export function isPublicAddress(address: string): boolean {
  const parsed = parseAddress(address);
  return parsed !== null && isPublic(parsed);
}

async function lookupAll(hostname: string): Promise<ResolvedAddress[]> {
  const found = await systemLookup(hostname, { all: true });
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
}

function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast' || PLATFORM.some((range) => contains(range, address))) return false;
  return address.kind() === 'ipv4' || contains(GLOBAL_IPV6, address);
}

/** An IPv4-mapped address is the IPv4 address it stands for; NAT64, 6to4 and the like stay what they are and are refused. */
function parseAddress(text: string): Address | null {
  return ipaddr.isValid(text) ? ipaddr.process(text) : null;
}

/** The URL parser has turned every spelling of an IPv4 address (decimal, octal, hex, short, full-width) into four octets. */
function literalAddress(hostname: string): ResolvedAddress | null {
  const bare = hostname.startsWith('[') && hostname.endsWith(']') ? hostname.slice(1, -1) : hostname;
  if (ipaddr.IPv6.isValid(bare)) return { address: bare, family: 6 };
  return ipaddr.IPv4.isValidFourPartDecimal(bare) ? { address: bare, family: 4 } : null;
}

function plainHost(hostname: string): string {
  return hostname.toLowerCase().replace(/\.+$/, '');
}

function parseCidr(text: string): Range {
  try {
    return ipaddr.parseCIDR(text.trim());
  } catch {
    throw new Error(`HTTP_ALLOW_PRIVATE: ${JSON.stringify(text)} is not a CIDR such as 10.0.0.0/8`);
  }
}

function contains([network, bits]: Range, address: Address): boolean {
  return network.kind() === address.kind() && address.match(network as never, bits);
}
