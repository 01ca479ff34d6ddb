import { hostSuffix, type ProgressRenderer } from './progress-renderer.js';

/** `Backtesting AAPL, MSFT: predicting`. */
export const backtestProgressRenderer: ProgressRenderer = (progress) => {
  const { symbols, phase } = progress.context;
  return `Backtesting ${(symbols ?? []).join(', ')}: ${phase ?? 'starting'}${hostSuffix(progress)}`;
};
