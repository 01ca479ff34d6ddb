export { changedMessages } from './changed-messages.js';
export { freePort } from './free-port.js';
export { processorMs } from './processor-time.js';
export { propertyRuns } from './property-runs.js';
export { SAMPLE_MESSAGES, SAMPLE_RESULT } from './sample-messages.js';
export { ServerProcess, type ServerProgram } from './server-process.js';
export { Started } from './started.js';
