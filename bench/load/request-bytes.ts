/** One request, ready to be written again and again; each connection has its own. */
export interface RequestBytes {
  readonly bytes: Buffer;
  /** Writes another delivery id over the last one; does nothing when the request carries none. */
  setDelivery(delivery: number): void;
}

const ID_DIGITS = 12;

/**
 * A POST of JSON over a connection that stays open.
 * @param headers more of them, lower-case names
 * @param withDelivery whether it carries an `Idempotency-Key`
 */
export function createRequestBytes(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  withDelivery: boolean,
): RequestBytes {
  const { pathname, host } = new URL(url);
  const id = '0'.repeat(ID_DIGITS);
  const head = [
    `POST ${pathname} HTTP/1.1`,
    `host: ${host}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(withDelivery ? [`idempotency-key: ${id}`] : []),
  ].join('\r\n');
  const bytes = Buffer.from(`${head}\r\n\r\n${body}`);
  const idAt = head.length - ID_DIGITS;
  return {
    bytes,
    setDelivery(delivery) {
      if (withDelivery) bytes.write(String(delivery).padStart(ID_DIGITS, '0'), idAt, 'latin1');
    },
  };
}
