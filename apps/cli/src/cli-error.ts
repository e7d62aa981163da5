/** Something the user can act on: its message is printed as it is, without a stack. */
export class CliError extends Error {
  override readonly name = 'CliError';
}
