/** Type bytes of PostgreSQL's frontend/backend protocol, chapter "Message Formats". */
export const PARSE = 'P'.charCodeAt(0);
export const BIND = 'B'.charCodeAt(0);
export const QUERY = 'Q'.charCodeAt(0);
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

/** Type and length. */
const HEAD = 5;

/** Name and text of the statement that a Parse message prepares; the name is empty for the unnamed one. */
export function parsedStatement(parse: Buffer): { name: string; text: string } {
  const name = stringAt(parse, HEAD);
  return { name, text: stringAt(parse, HEAD + Buffer.byteLength(name) + 1) };
}

/** Name of the prepared statement that a Bind message runs, the second of its strings; empty for the unnamed one. */
export function boundStatement(bind: Buffer): string {
  return stringAt(bind, bind.indexOf(0, HEAD) + 1);
}

/** Text of a Query message. */
export function queryText(query: Buffer): string {
  return stringAt(query, HEAD);
}

/** What a client says about itself in its first message; empty when it does not say it. */
export function startupParameter(startup: Buffer, name: string): string {
  const words = startup.toString('utf8', 8).split('\0');
  const at = words.findIndex((word, index) => index % 2 === 0 && word === name);
  return at < 0 ? '' : words[at + 1]!;
}

function stringAt(message: Buffer, start: number): string {
  return message.toString('utf8', start, message.indexOf(0, start));
}
