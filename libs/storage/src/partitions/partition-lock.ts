/**
 * Session advisory lock of whoever makes or drops partitions. Any fixed number: it only has to differ from our other
 * advisory locks.
 */
export const PARTITION_LOCK = 4_811_002;
