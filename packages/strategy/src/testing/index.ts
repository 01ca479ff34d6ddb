export { loadTalib } from './talib.js';
export type { Talib } from './talib.js';
