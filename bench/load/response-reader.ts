/** Reads the answers of one connection, however they are cut into chunks. */
export interface ResponseReader {
  /**
   * @param chunk may be overwritten after the call
   * @throws Error when the bytes are no HTTP/1.1 answer with a content length
   */
  read(chunk: Buffer): void;
}

const END_OF_HEAD = '\r\n\r\n';

/** @param onAnswer called with the status of each answer, once its body is complete; not with interim ones (1xx) */
export function createResponseReader(onAnswer: (status: number) => void): ResponseReader {
  let cutHead: Buffer | null = null;
  let status = 0;
  let bodyLeft = 0;

  /** @returns how many bytes belonged to the body */
  const readBody = (available: number) => {
    const taken = Math.min(bodyLeft, available);
    bodyLeft -= taken;
    if (bodyLeft === 0) onAnswer(status);
    return taken;
  };
  const readHead = (text: string) => {
    status = statusOf(text);
    if (status < 200) return;
    bodyLeft = bodyLengthOf(text, status);
    if (bodyLeft === 0) onAnswer(status);
  };
  return {
    read(chunk) {
      let bytes = cutHead ? Buffer.concat([cutHead, chunk]) : chunk;
      cutHead = null;
      while (bytes.length > 0) {
        if (bodyLeft > 0) {
          bytes = bytes.subarray(readBody(bytes.length));
          continue;
        }
        const end = bytes.indexOf(END_OF_HEAD);
        if (end === -1) {
          cutHead = Buffer.from(bytes);
          return;
        }
        readHead(bytes.toString('latin1', 0, end + 2));
        bytes = bytes.subarray(end + END_OF_HEAD.length);
      }
    },
  };
}

function statusOf(head: string): number {
  const status = head.startsWith('HTTP/1.1 ') ? Number(head.slice(9, 12)) : NaN;
  if (!(status >= 100 && status <= 599)) throw new Error(`Not an HTTP/1.1 answer: ${head.slice(0, 80)}`);
  return status;
}

function bodyLengthOf(head: string, status: number): number {
  const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1];
  if (length !== undefined) return Number(length);
  if (status === 204 || status === 304) return 0;
  throw new Error(`The answer has no content length: ${head.slice(0, 200)}`);
}
