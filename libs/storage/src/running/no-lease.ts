/**
 * Lease ids count from 1. Under these nobody holds a started execution, and the dispatcher finds it lost; the one of an
 * outage does not count as a lost worker.
 */
export const NO_LEASE = { fault: 0, outage: -1 } as const;
