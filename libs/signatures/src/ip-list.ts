import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Addresses and CIDR ranges, compared as numbers. An empty list holds nobody. */
export interface IpList {
  /** False for anything that is not one plain address. */
  has(address: string): boolean;
}

/**
 * @param entries addresses or CIDRs, IPv4 or IPv6; a range written over IPv4-mapped addresses means the IPv4 range
 * @throws Error naming the first entry that is neither
 */
export function compileIpList(entries: readonly string[]): IpList {
  const ranges = entries.map(parseRange);
  return {
    has(text) {
      const address = parseAddress(text);
      return address !== null && ranges.some((range) => matches(address, range));
    },
  };
}

/**
 * One address in its shortest usual form, IPv4-mapped ones as IPv4. Null for zone ids, octal or shortened IPv4,
 * and everything else that two parsers could read differently.
 */
export function normaliseAddress(text: string): string | null {
  return parseAddress(text)?.toString() ?? null;
}

function parseAddress(text: string): Address | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return hasLeadingZero(text) ? null : ipaddr.IPv4.parse(text);
  if (!text.includes(':') || text.includes('%') || !ipaddr.IPv6.isValid(text)) return null;
  const address = ipaddr.IPv6.parse(text);
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

function hasLeadingZero(ipv4: string): boolean {
  return ipv4.split('.').some((octet) => octet.length > 1 && octet.startsWith('0'));
}

function parseRange(entry: string): readonly [Address, number] {
  const [text = '', bits, ...rest] = entry.trim().split('/');
  const address = parseAddress(text);
  const length = address && rest.length === 0 ? prefixLength(address, text, bits) : null;
  if (!address || length === null) throw new Error(`"${entry}" is not an IP address or CIDR range.`);
  return [address, length];
}

/** Bits that must match; those of an IPv4-mapped range are counted as IPv4. Null when there are no such bits. */
function prefixLength(address: Address, text: string, bits: string | undefined): number | null {
  const most = address.kind() === 'ipv4' ? 32 : 128;
  if (bits === undefined) return most;
  if (!/^\d{1,3}$/.test(bits)) return null;
  const isMapped = text.includes(':') && most === 32;
  const length = Number(bits) - (isMapped ? 96 : 0);
  return length >= 0 && length <= most ? length : null;
}

function matches(address: Address, [base, bits]: readonly [Address, number]): boolean {
  if (address instanceof ipaddr.IPv4) return base instanceof ipaddr.IPv4 && address.match(base, bits);
  return base instanceof ipaddr.IPv6 && address.match(base, bits);
}
