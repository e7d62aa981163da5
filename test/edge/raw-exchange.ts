import { connect } from 'node:net';

/** One HTTP answer as read off a socket. */
export interface RawAnswer {
  status: number;
  /** Lower-case names; of repeated ones the last. */
  headers: Record<string, string>;
  body: string;
}

const SILENT_AFTER = 20_000;
/** Time for one more answer, or for the first one where what was sent is no whole request. Milliseconds. */
const QUIET = 100;

/**
 * Writes bytes that may be no HTTP at all, and reads answers until the other side closes or nothing more comes; only
 * then it says that no more will come, for a server takes that for a sender who left.
 * @throws Error when it stays silent
 */
export function exchangeRaw(port: number, bytes: string | Buffer, from?: string): Promise<RawAnswer[]> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', ...(from === undefined ? {} : { localAddress: from }) });
    const chunks: Buffer[] = [];
    socket.setTimeout(SILENT_AFTER, () => socket.destroy(new Error('no answer, and the connection stays open')));
    let quiet = setTimeout(() => socket.end(), QUIET);
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      clearTimeout(quiet);
      quiet = setTimeout(() => socket.end(), QUIET);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // It may have refused and gone while we still wrote.
      if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET') reject(error);
    });
    socket.on('close', () => {
      clearTimeout(quiet);
      resolve(readAnswers(Buffer.concat(chunks)));
    });
    socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  });
}

/** Answers one after the other; only what this product writes: a length, or nothing after the head. */
export function readAnswers(bytes: Buffer): RawAnswer[] {
  const answers: RawAnswer[] = [];
  let at = 0;
  for (;;) {
    const end = bytes.indexOf('\r\n\r\n', at);
    if (end < 0) return answers;
    const [statusLine = '', ...lines] = bytes.toString('latin1', at, end).split('\r\n');
    const headers: Record<string, string> = {};
    for (const line of lines) {
      const colon = line.indexOf(':');
      headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
    }
    const status = Number(statusLine.split(' ')[1]);
    const length = Number(headers['content-length'] ?? 0);
    at = end + 4;
    // An interim answer is followed by the real one.
    if (status >= 200) answers.push({ status, headers, body: bytes.toString('utf8', at, at + length) });
    at += status >= 200 ? length : 0;
  }
}
