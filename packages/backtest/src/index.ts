export { backtest, type BacktestOptions } from './backtest.js';
export { deflatedSharpe, type Trials } from './luck/deflated-sharpe.js';
export { DEFAULT_SETTINGS, Signals, type BacktestSettings, type SymbolSignals } from './settings.js';
export { simulate } from './simulate.js';
export type { Simulation, TradeColumns } from './simulation.js';
export { backtestDecisions, backtestSettings } from './strategy-settings.js';
export { tradesCsv } from './trades-csv.js';
export { validateSettings } from './validate-settings.js';
