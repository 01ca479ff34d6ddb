export { Chaos, type RunReport } from './run.js';
export { MODES, type Mode } from './plan.js';
