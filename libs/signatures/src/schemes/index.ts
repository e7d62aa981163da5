import type { Scheme, SchemeHandler } from '../contract.js';
import { basicHandler } from './basic-scheme.js';
import { configuredHmacHandler } from './configured-hmac.js';
import { encryptedCallbackHandler } from './encrypted-callback.js';
import { feishuHandler } from './feishu.js';
import { jwtHandler } from './jwt.js';
import { messageSignatureHandler } from './message-signature.js';
import { signedBytesHandler } from './signed-bytes.js';
import { tokenHandler } from './token-scheme.js';
import { signedItemsHandler } from './signed-items.js';
import { snsHandler } from './sns.js';

/** Every scheme's functions, by kind. */
const handlers = {
  basic: basicHandler,
  'signed-bytes': signedBytesHandler,
  'configured-hmac': configuredHmacHandler,
  token: tokenHandler,
  jwt: jwtHandler,
  'message-signature': messageSignatureHandler,
  sns: snsHandler,
  'signed-items': signedItemsHandler,
  'encrypted-callback': encryptedCallbackHandler,
  feishu: feishuHandler,
} as unknown as Readonly<Record<Scheme['kind'], SchemeHandler>>;

/** The functions of a scheme. */
export function handlerOf(scheme: Scheme): SchemeHandler {
  return handlers[scheme.kind];
}
