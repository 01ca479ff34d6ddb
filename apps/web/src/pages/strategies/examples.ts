/** An example to begin a strategy with. */
export interface ExampleStrategy {
  name: string;
  /** The file's own description. */
  description: string;
  text: string;
}

/** The repository's strategies that show one thing each; simple ones first. */
const TEXTS = import.meta.glob<string>(
  [
    '../../../../../strategies/sp500_daily.yaml',
    '../../../../../strategies/triple_barrier_hourly.yaml',
    '../../../../../strategies/two_symbols_daily.yaml',
    '../../../../../strategies/hourly_in_daily_trend.yaml',
    '../../../../../strategies/gru_returns.yaml',
    '../../../../../strategies/lstm_barriers.yaml',
    '../../../../../strategies/cnn_swings.yaml',
  ],
  { query: '?raw', import: 'default', eager: true },
);

export const EXAMPLE_STRATEGIES: readonly ExampleStrategy[] = Object.entries(TEXTS).map(([path, text]) => ({
  name: path.replace(/^.*\/(.*)\.yaml$/, '$1'),
  description: /^description: (.*)$/m.exec(text)?.[1] ?? '',
  text,
}));
