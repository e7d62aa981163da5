import type { Json } from '#shared';

/** Calls the management API, path without `/api/v1`. @throws Error on a status of 400 and above */
export type ApiCaller = (method: string, path: string, body?: Json) => Promise<Record<string, Json>>;

export function createApiCaller(adminUrl: string, key: string): ApiCaller {
  return async (method, path, body) => {
    const answer = await fetch(`${adminUrl}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await answer.text();
    if (answer.status >= 400) throw new Error(`${method} ${path} was answered ${answer.status}: ${text}`);
    return (text === '' ? {} : JSON.parse(text)) as Record<string, Json>;
  };
}
