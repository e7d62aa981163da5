export * from './scheme-cases.js';
export * from './sns-certificate.js';
