/** A message of a Postgres client that consists of strings; without a type it is the first one of a connection. */
export function clientMessage(type: string, ...strings: string[]): Buffer {
  const body = Buffer.from(strings.map((text) => `${text}\0`).join(''));
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), size, body]);
}

/** The first message of a connection. */
export const startupMessage = (applicationName: string): Buffer =>
  clientMessage('', '\0\u0003\0', 'user', 'ann', 'application_name', applicationName, '');
