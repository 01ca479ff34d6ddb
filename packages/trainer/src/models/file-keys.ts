/** Names of settings that differ between a strategy and its file. A name that ends with a point stands for all settings below it. */
const FILE_KEYS: readonly (readonly [name: string, key: string])[] = [
  ['model.type', 'model.type'],
  ['model.layers', 'model.architecture.num_layers'],
  ['model.', 'model.architecture.'],
  ['training.split.', 'training.data_split.'],
  ['training.learning_rate_schedule.', 'training.lr_scheduler.'],
  ['training.loss.type', 'training.loss'],
  ['training.loss.gamma', 'training.focal_gamma'],
  ['training.loss.delta', 'training.huber_delta'],
  ['training.labels.threshold', 'training.labels.zigzag_threshold'],
  ['training.labels.lookahead', 'training.labels.label_lookahead'],
  ['training.labels.profit_multiplier', 'training.labels.pt_multiplier'],
  ['training.labels.stop_multiplier', 'training.labels.sl_multiplier'],
  ['training.labels.holding_bars', 'training.labels.max_holding_period'],
  ['training.labels.volatility_span', 'training.labels.vol_span'],
  ['training.labels.volatility_method', 'training.labels.vol_method'],
  ['training.labels.cusum.', 'training.labels.cusum_'],
  ['training.labels.bullish', 'training.labels.bullish_threshold'],
  ['training.labels.bearish', 'training.labels.bearish_threshold'],
  ['training.labels.macro_multiplier', 'training.labels.macro_atr_mult'],
  ['training.labels.micro_multiplier', 'training.labels.micro_atr_mult'],
  ['training.labels.volatility_lookback', 'training.labels.vol_lookback'],
  ['training.labels.crisis_threshold', 'training.labels.vol_crisis_threshold'],
  ['decisions.min_signal_separation', 'decisions.filters.min_signal_separation'],
  ['decisions.round_trip_cost', 'decisions.cost_model.round_trip_cost'],
  ['decisions.min_edge_multiplier', 'decisions.cost_model.min_edge_multiplier'],
  ['history_required', 'training_data.history_required'],
];

/** The key of a strategy file that sets a setting: `training.labels.zigzag_threshold` for `training.labels.threshold`. */
export function fileKey(name: string): string {
  const found = FILE_KEYS.find(([start]) => (start.endsWith('.') ? name.startsWith(start) : name === start));
  return found === undefined ? name : name.replace(found[0], found[1]);
}
