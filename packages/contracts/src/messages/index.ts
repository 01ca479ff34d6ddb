export * from './messages.js';
export * from './read-message.js';
