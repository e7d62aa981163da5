import type { LookupFunction } from 'node:net';
import type { SsrfGuard } from './ssrf-guard.js';

/** Connections are made to the addresses checked here, so what the name resolves to a moment later cannot matter. */
export function guardedLookup(guard: Pick<SsrfGuard, 'resolve'>): LookupFunction {
  return (hostname, { all }, callback) => {
    guard.resolve(hostname).then(
      (addresses) => {
        if (all) callback(null, addresses);
        else callback(null, addresses[0]!.address, addresses[0]!.family);
      },
      (error: Error) => callback(error, all ? [] : '', 0),
    );
  };
}
