/** The WASM memory of a thread. */
export interface GrowingMemory {
  readonly buffer: ArrayBuffer;
}

/** A saved state of the interpreter's memory, to start every run from. */
export interface ScriptImage {
  /** Address above which nothing had been written. */
  readonly end: number;
  /** Puts the memory back to the saved state. */
  restore(): void;
}

/** Longer runs of zeros are the interpreter's own stack, dead between two calls: 5 MB that need not be copied. */
const STACK_AT_LEAST = 1024 * 1024;
const BLOCK = 4096;

interface Piece {
  at: number;
  bytes: Uint8Array;
}

/**
 * Saves everything the interpreter has written since its memory was new. Its allocator takes memory upwards, so what
 * lies above is free in the saved state, and its content does not matter: a run that leaves something there leaves it
 * in memory that the restored allocator hands out as uninitialised and QuickJS never reads before writing.
 *
 * Building a runtime, a context and the prelude takes about 1 ms; putting some 200 KB back takes some 10 us and leaves
 * no more behind than a new runtime in the same WASM instance would.
 */
export function takeScriptImage(memory: GrowingMemory): ScriptImage {
  const pieces = nonZeroPieces(new Uint8Array(memory.buffer));
  const last = pieces.at(-1);
  return {
    end: last === undefined ? 0 : last.at + last.bytes.length,
    restore() {
      const target = new Uint8Array(memory.buffer);
      for (const { at, bytes } of pieces) target.set(bytes, at);
    },
  };
}

function nonZeroPieces(memory: Uint8Array): Piece[] {
  const used = blocksInUse(memory);
  const pieces: Piece[] = [];
  let from = used[0] ?? 0;
  used.forEach((at, index) => {
    const next = used[index + 1];
    if (next !== undefined && next - at < STACK_AT_LEAST) return;
    pieces.push({ at: from, bytes: memory.slice(from, at + BLOCK) });
    from = next ?? 0;
  });
  return pieces;
}

function blocksInUse(memory: Uint8Array): number[] {
  const words = new Int32Array(memory.buffer);
  const perBlock = BLOCK / words.BYTES_PER_ELEMENT;
  const used: number[] = [];
  for (let word = 0; word < words.length; word += 1) {
    if (words[word] === 0) continue;
    const block = Math.floor(word / perBlock);
    used.push(block * BLOCK);
    word = (block + 1) * perBlock - 1;
  }
  return used;
}
