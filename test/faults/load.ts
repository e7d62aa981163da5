import { setTimeout as sleep } from 'node:timers/promises';
import { send } from './send.js';
import type { SendResult } from './send.js';
import { payloadOf, SYNC_TIMEOUT, WORKLOADS } from './workloads.js';
import type { Workload } from './workloads.js';

/** One HTTP request of the load. */
export interface Sending {
  /** 0 or 1. */
  gateway: number;
  /** Epoch milliseconds. */
  sentAt: number;
  doneAt: number;
  result: SendResult;
}

/** One event: a number, sent once, or twice at the same moment to both gateways. */
export interface NumberedRequest {
  number: number;
  workload: Workload;
  sendings: Sending[];
}

export interface Load {
  requests: NumberedRequest[];
  /** No more are sent; resolves when every one was answered or given up. */
  stop(): Promise<void>;
}

export interface LoadOptions {
  gatewayUrls: readonly string[];
  /** Events per second, whatever the answers are: an open loop. */
  rate: number;
  random: () => number;
  firstNumber: number;
  /** Kinds of workflows to send to. */
  workloads?: readonly Workload[];
}

const DUPLICATED_SHARE = 0.05;
/** What an answer may take beyond the sync timeout: a gateway's own time-outs towards a silent database. */
const MARGIN = 7_000;
const TICK = 10;

export function deliveryIdOf(number: number): string {
  return `event-${number}`;
}

/** Begins to send at once. */
export function startLoad(options: LoadOptions): Load {
  const { rate, firstNumber } = options;
  const requests: NumberedRequest[] = [];
  const underWay = new Set<Promise<void>>();
  const startedAt = performance.now();
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) / 1000) * rate);
    while (requests.length < due) requests.push(start(options, firstNumber + requests.length, underWay));
  }, TICK);
  return {
    requests,
    stop: async () => {
      clearInterval(timer);
      while (underWay.size > 0) await sleep(TICK);
    },
  };
}

function start(options: LoadOptions, number: number, underWay: Set<Promise<void>>): NumberedRequest {
  const { random, workloads = WORKLOADS } = options;
  const numbered: NumberedRequest = { number, workload: choose(workloads, random), sendings: [] };
  const first = number % 2;
  const gateways = random() < DUPLICATED_SHARE ? [first, 1 - first] : [first];
  for (const gateway of gateways) {
    const sending = deliver(options.gatewayUrls[gateway]!, gateway, numbered);
    underWay.add(sending);
    void sending.finally(() => underWay.delete(sending));
  }
  return numbered;
}

async function deliver(url: string, gateway: number, { number, workload, sendings }: NumberedRequest): Promise<void> {
  const sentAt = Date.now();
  const body = JSON.stringify(payloadOf(number));
  const target = `${url}/api/webhooks/${workload.key}`;
  const result = await send(target, deliveryIdOf(number), body, SYNC_TIMEOUT + MARGIN);
  sendings.push({ gateway, sentAt, doneAt: Date.now(), result });
}

function choose(workloads: readonly Workload[], random: () => number): Workload {
  let left = random() * workloads.reduce((sum, { share }) => sum + share, 0);
  for (const workload of workloads) if ((left -= workload.share) < 0) return workload;
  return workloads.at(-1)!;
}
