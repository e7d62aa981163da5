import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ParsedContent } from '#engine';
import { newId } from '#shared';
import type { IpList } from '#signatures';
import type { ActiveWorkflow } from './active-workflow.js';
import { clientOrigin, type ClientOrigin } from './client-origin.js';
import { readHeaders, type ReceivedHeaders } from './read-headers.js';

/** One inbound call on its way through the gates. The body is still an unread stream. */
export interface WebhookRequest {
  /** UUIDv7 of its row in the request log. */
  readonly id: string;
  readonly receivedAt: Date;
  readonly method: string;
  /** Path and query as received. */
  readonly target: string;
  /** Still percent-encoded. */
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  readonly headers: ReceivedHeaders;
  readonly origin: ClientOrigin;
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  /** What became known on the way, for the answer and the log; steps that find it out fill it in. */
  readonly known: {
    workflow: ActiveWorkflow | null;
    /** Bytes of it that count as unverified in this process. */
    heldBytes: number;
    /** As received. */
    body: Buffer | null;
    /** What is parsed, where that is not the body itself. */
    content: ParsedContent | null;
    /** Name of the secret that matched. */
    secretName: string | null;
    /** What a signature over the body proved to be unique. */
    signedId: string | null;
    deliveryId: string | null;
    /** Set once the request is committed: from here on it is no refusal any more, whatever happens. */
    execution: { id: string; duplicate: boolean } | null;
  };
}

/** Takes in what is known before any gate. */
export function webhookRequest(incoming: IncomingMessage, response: ServerResponse, proxies: IpList): WebhookRequest {
  const target = incoming.url ?? '/';
  const mark = target.indexOf('?');
  const headers = readHeaders(incoming.rawHeaders);
  return {
    id: newId(),
    receivedAt: new Date(),
    method: incoming.method ?? 'GET',
    target,
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? '' : target.slice(mark + 1),
    headers,
    origin: clientOrigin(incoming.socket, headers.values, proxies),
    incoming,
    response,
    known: {
      workflow: null,
      heldBytes: 0,
      body: null,
      content: null,
      secretName: null,
      signedId: null,
      deliveryId: null,
      execution: null,
    },
  };
}
