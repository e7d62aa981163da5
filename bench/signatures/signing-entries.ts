import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { findProvider, type SigningEntry } from '#signatures';

/** A request ready to be signed as one preset's sender does. */
export interface BenchEntry {
  entry: SigningEntry;
  headers: Record<string, string>;
  body: Buffer;
  /** What the preset may fetch, by URL. */
  keys: Record<string, Buffer>;
}

/** 8 KB, as a push with some commits is; presets that read the body get their own sample. */
const LARGE = JSON.stringify({ id: 'evt_1', type: 'order.paid', note: 'x'.repeat(8_140) });
