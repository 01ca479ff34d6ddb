export * from './messages.js';
export * from './read-message.js';
export * from './training-queue-reader.js';
