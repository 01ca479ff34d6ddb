export { freePort } from './free-port.js';
export { propertyRuns } from './property-runs.js';
export { ServerProcess, type ServerProgram } from './server-process.js';
export { Started } from './started.js';
