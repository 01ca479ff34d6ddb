export { Chaos, type RunReport } from './run.js';
export { MODES, type Mode } from './modes.js';
