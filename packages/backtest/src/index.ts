export { DEFAULT_SETTINGS, type BacktestSettings, type Signals, type SymbolSignals } from './settings.js';
