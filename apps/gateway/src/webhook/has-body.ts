/** True when these headers announce a body (RFC 9112 6.3). */
export function hasBody(headers: Readonly<Record<string, string>>): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && Number(length) !== 0);
}
