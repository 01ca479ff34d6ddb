export { anyReader } from './any-reader.js';
export { RedisServer } from './redis-server.js';
export { BareQueue, startBareWorker } from './bare-queue.js';
