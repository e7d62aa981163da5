import type { Json } from '#shared';
import type { EnginePorts, HttpResult } from '../contract/ports.js';

/** Ports that all give this one answer: the port's own result, over HTTP a 200 with it as JSON. */
export function answeringPorts(answer: Json): Partial<EnginePorts> {
  const give = (): Promise<never> => Promise.resolve(structuredClone(answer) as never);
  const body = Buffer.from(JSON.stringify(answer));
  const headers = { 'content-type': 'application/json' };
  const http: HttpResult = { ok: true, status: 200, statusText: 'OK', headers, body };
  return {
    http: { send: () => Promise.resolve(http) },
    evaluator: { evaluate: give },
    data: { query: give, aggregate: give, sql: give },
    mail: { send: give },
    notifications: { send: give },
    tasks: { find: give },
    executions: { find: give },
  };
}
