export * from './sandbox.js';
export * from './strategies.js';
