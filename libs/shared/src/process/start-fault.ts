/** A process cannot start for a reason that its operator can mend; the message says how, and is all that is printed. */
export class StartFault extends Error {
  override readonly name: string = 'StartFault';
}
