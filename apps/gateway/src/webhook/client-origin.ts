import { normaliseAddress, type IpList } from '#signatures';

/** Where a request came from: the first address, counted from our side, that is no trusted proxy. */
export interface ClientOrigin {
  /** Shortest usual form; empty when the connection was already gone. */
  ip: string;
  /** True when the client's own connection was encrypted. */
  secure: boolean;
}

/**
 * Forwarding headers are believed only as far as trusted proxies wrote them: `X-Forwarded-For` is read from the right,
 * and whatever stands left of the first untrusted address is the client's own claim.
 */
export function clientOrigin(
  socket: { remoteAddress?: string | undefined; encrypted?: boolean },
  headers: Readonly<Record<string, string>>,
  proxies: IpList,
): ClientOrigin {
  let ip = peerAddress(socket.remoteAddress ?? '');
  let secure = socket.encrypted === true;
  if (!proxies.has(ip)) return { ip, secure };
  let hops = 1;
  for (const entry of listOf(headers['x-forwarded-for']).reverse()) {
    const address = normaliseAddress(withoutPort(entry));
    if (address === null) break;
    ip = address;
    if (!proxies.has(address)) break;
    hops += 1;
  }
  const protocols = listOf(headers['x-forwarded-proto']);
  const protocol = protocols[Math.max(0, protocols.length - hops)];
  if (protocol !== undefined) secure = protocol.toLowerCase() === 'https';
  return { ip, secure };
}

/** Peers seen lately: proxies and busy senders come again and again, and reading an address costs as much as a header. */
const peers = new Map<string, string>();
const MOST_PEERS = 1_000;

function peerAddress(address: string): string {
  const known = peers.get(address);
  if (known !== undefined) return known;
  if (peers.size >= MOST_PEERS) peers.clear();
  const ip = normaliseAddress(withoutZone(address)) ?? '';
  peers.set(address, ip);
  return ip;
}

function listOf(header: string | undefined): string[] {
  return header === undefined ? [] : header.split(',').map((entry) => entry.trim());
}

/** A link-local peer's address carries the name of our own interface, which says nothing about the peer. */
function withoutZone(address: string): string {
  const zone = address.indexOf('%');
  return zone < 0 ? address : address.slice(0, zone);
}

/** Some proxies write `address:port` or `[address]:port`. */
function withoutPort(entry: string): string {
  const match = /^\[([^\]]+)\](?::\d+)?$/.exec(entry) ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(entry);
  return match ? match[1]! : entry;
}
