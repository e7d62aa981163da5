/** Type bytes of PostgreSQL's frontend/backend protocol, chapter "Message Formats". */
export const BIND = 'B'.charCodeAt(0);
export const READY_FOR_QUERY = 'Z'.charCodeAt(0);

/**
 * Cuts a stream of the protocol into its messages. A client's first message has no type byte.
 * @throws Error on a request for TLS, whose answer is no message
 */
export class PostgresMessages {
  private rest: Buffer = Buffer.alloc(0);
  private untyped: boolean;

  /** @param fromClient which of the two directions */
  constructor(fromClient: boolean) {
    this.untyped = fromClient;
  }

  /** Those that are complete by now. */
  push(chunk: Buffer): Buffer[] {
    this.rest = Buffer.concat([this.rest, chunk]);
    const messages: Buffer[] = [];
    for (let size = this.nextSize(); size <= this.rest.length; size = this.nextSize()) {
      if (this.untyped && size === 8) throw new Error('The proxy speaks no TLS.');
      messages.push(this.rest.subarray(0, size));
      this.rest = this.rest.subarray(size);
      this.untyped = false;
    }
    return messages;
  }

  private nextSize(): number {
    const type = this.untyped ? 0 : 1;
    return this.rest.length < type + 4 ? Number.POSITIVE_INFINITY : type + this.rest.readInt32BE(type);
  }
}

/** What a statement for one day's partition is called besides; another day's is the same boundary. */
const PARTITION = /-p\d{8}$/;

/** Name of the prepared statement that a Bind message runs: the second of its strings. */
export function statementOf(bind: Buffer): string {
  const portalEnd = bind.indexOf(0, 5);
  const name = bind.toString('utf8', portalEnd + 1, bind.indexOf(0, portalEnd + 1));
  return name.replace(PARTITION, '') || 'unnamed';
}
