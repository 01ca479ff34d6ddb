export { Chaos, type RunReport } from './run.js';
export { FEATURES } from './features.js';
export { MODES, type Mode } from './modes.js';
