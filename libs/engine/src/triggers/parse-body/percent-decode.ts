const PERCENT = 0x25;

/** Bytes of text that holds one byte in each character, `%41` being one too; a percent sign alone stays. */
export function percentDecode(latin1: string): Buffer {
  const bytes = Buffer.from(latin1, 'latin1');
  let length = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const high = bytes[at] === PERCENT ? hexDigit(bytes[at + 1]) : -1;
    const low = high < 0 ? -1 : hexDigit(bytes[at + 2]);
    bytes[length] = low < 0 ? bytes[at]! : high * 16 + low;
    length += 1;
    if (low >= 0) at += 2;
  }
  return bytes.subarray(0, length);
}

function hexDigit(byte = 0): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
