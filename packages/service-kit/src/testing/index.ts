export * from './link.js';
export * from './sandbox.js';
export * from './strategies.js';
