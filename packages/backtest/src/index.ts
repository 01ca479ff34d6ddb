export { DEFAULT_SETTINGS, Signals, type BacktestSettings, type SymbolSignals } from './settings.js';
export { backtestDecisions, backtestSettings } from './strategy-settings.js';
