export * from './contract.js';
export * from './find-handshake.js';
export * from './ip-list.js';
export { findProvider, providerCatalogue, providers } from './providers/index.js';
export * from './schemes/basic.js';
export * from './schemes/token.js';
export * from './sign.js';
export * from './verify.js';
