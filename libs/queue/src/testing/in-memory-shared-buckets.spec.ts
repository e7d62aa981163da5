import { describeSharedBuckets } from './bucket-conformance.js';
import { inMemorySharedBuckets, type BucketHub } from './in-memory-shared-buckets.js';

const hub: BucketHub = new Map();

describeSharedBuckets('the in-memory twin', () => inMemorySharedBuckets(hub));
