/**
 * What counts as one sender: an IPv4 address, or the /64 of an IPv6 address, which is what one customer is given at the
 * least (RFC 6177): whoever holds it has 2^64 addresses to send from.
 * @param ip in the shortest usual form, as `ClientOrigin.ip` is
 */
export function addressBlock(ip: string): string {
  if (!ip.includes(':')) return ip;
  const [left = '', right] = ip.split('::', 2);
  const groups = left === '' ? [] : left.split(':');
  if (right !== undefined) {
    const tail = right === '' ? 0 : right.split(':').length;
    while (groups.length + tail < 8) groups.push('0');
    if (right !== '') groups.push(...right.split(':'));
  }
  return `${groups.slice(0, 4).join(':')}::/64`;
}
