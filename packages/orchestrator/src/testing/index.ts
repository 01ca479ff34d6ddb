export { FakeClock, settle } from './fake-clock.js';
export { FakeOperationContext, type FakeContextOptions } from './fake-context.js';
export { Gate } from './gate.js';
export {
  operationStoreConformance,
  type ConformanceCase,
  type OperationStoreFactory,
} from './operation-store-conformance.js';
export { RecordingLogger, type LogLine } from './recording-logger.js';
