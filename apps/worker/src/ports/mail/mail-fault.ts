/** A mail that must not be sent as it is: trying again would not help. `message` is for the workflow's author. */
export class MailFault extends Error {
  override readonly name = 'MailFault';

  constructor(
    readonly code: 'invalid_address' | 'invalid_subject' | 'too_many_recipients' | 'too_large',
    message: string,
  ) {
    super(message);
  }
}
