export { Chaos, type RunReport } from './run.js';
export { MODES, makePlan, type Mode } from './plan.js';
