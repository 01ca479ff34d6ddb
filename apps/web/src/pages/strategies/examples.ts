/** An example to begin a strategy with. */
export interface ExampleStrategy {
  name: string;
  /** The file's own description. */
  description: string;
  text: string;
}

/** Simple ones first. */
const ORDER = [
  'sp500_daily',
  'triple_barrier_hourly',
  'two_symbols_daily',
  'hourly_in_daily_trend',
  'gru_returns',
  'lstm_barriers',
  'cnn_swings',
];

/** The repository's strategies that show one thing each. */
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

export const EXAMPLE_STRATEGIES: readonly ExampleStrategy[] = Object.entries(TEXTS)
  .map(([path, text]) => ({
    name: path.replace(/^.*\/(.*)\.yaml$/, '$1'),
    description: /^description: (.*)$/m.exec(text)?.[1] ?? '',
    text,
  }))
  .toSorted((a, b) => ORDER.indexOf(a.name) - ORDER.indexOf(b.name));
