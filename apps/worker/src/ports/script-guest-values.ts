import type { QuickJSContext, QuickJSHandle } from 'quickjs-emscripten';
import { HOST_CALL_BYTES } from './script-host-functions.js';
import type { HostValue } from './script-host-functions.js';

/** JSON text may need six characters for one. */
const TEXT_UNITS = HOST_CALL_BYTES * 6;

/** Copies a guest's argument out. Strings must hold no NUL (JSON text never does). Throws when it is too large or no plain value. */
export function readGuestValue(context: QuickJSContext, handle: QuickJSHandle): HostValue {
  switch (context.typeof(handle)) {
    case 'undefined':
      return undefined;
    case 'number':
      return context.getNumber(handle);
    case 'string': {
      const length = context.getProp(handle, 'length').consume((size) => context.getNumber(size));
      if (length > TEXT_UNITS) throw new RangeError('the text is too large');
      return context.getString(handle);
    }
    default:
      return readBytes(context, handle);
  }
}

/** Copies a host's answer in. */
export function writeGuestValue(context: QuickJSContext, value: HostValue): QuickJSHandle {
  switch (typeof value) {
    case 'undefined':
      return context.undefined;
    case 'boolean':
      return value ? context.true : context.false;
    case 'number':
      return context.newNumber(value);
    case 'string':
      // The copy is made outside the guest's limit, in what is left above it.
      if (Buffer.byteLength(value) > HOST_CALL_BYTES)
        throw new RangeError(`one call gives at most ${HOST_CALL_BYTES} bytes`);
      return context.newString(value);
    default:
      return context.newArrayBuffer(Uint8Array.from(value).buffer);
  }
}

function readBytes(context: QuickJSContext, handle: QuickJSHandle): Uint8Array {
  const size = context.getProp(handle, 'byteLength').consume((length) => context.getNumber(length));
  if (!(size <= HOST_CALL_BYTES)) throw new RangeError(`one call takes at most ${HOST_CALL_BYTES} bytes`);
  if (size === 0) return new Uint8Array(0);
  return context.getArrayBuffer(handle).consume((copy) => Uint8Array.from(copy.value));
}
