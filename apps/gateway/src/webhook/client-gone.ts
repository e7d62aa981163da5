/** The sender hung up before its body was complete: nobody to answer, nothing to record. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}
