export * from './certificates.js';
export * from './event-reader.js';
export * from './link.js';
export { watchingLoop } from './loop-watch.js';
export * from './sandbox.js';
export * from './strategies.js';
export * from './test-service.js';
