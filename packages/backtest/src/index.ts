export { DEFAULT_SETTINGS, Signals, type BacktestSettings, type SymbolSignals } from './settings.js';
