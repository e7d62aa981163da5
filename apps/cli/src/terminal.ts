/** Where a command prints: results to `out`, complaints to `err`. Lines come without their line feed. */
export interface Terminal {
  out(line: string): void;
  err(line: string): void;
}

/** C0, DEL and C1: a payload must not move the cursor or write a title into somebody's terminal. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Text from outside, made safe to print. Tab and line feed stay. */
export function printable(text: string): string {
  return text.replace(CONTROL, '\ufffd');
}
