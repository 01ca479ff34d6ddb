import { describe, expect, test } from '@jest/globals';
import type { JsonSchema } from '@ktrdr/contracts';
import { parseStrategy, strategySchema } from '@ktrdr/strategy';
import { strategyFacts } from './model-differences.js';

/** Every kind of labels, network, loss, schedule and decisions. */
const STRATEGIES: Record<string, string[]> = {
  'zigzag segments': [],
  'zigzag points': ['{ source: zigzag, method: points }'],
  'triple barrier': ['{ source: triple_barrier, cusum_threshold: 0.01 }', 'lstm', 'focal', 'step'],
  context: ['{ source: context }', 'cnn', 'cross_entropy', 'exponential'],
  regime: ['{ source: regime }', 'gru', 'cross_entropy', 'cosine'],
  'forward return': ['{ source: forward_return }', 'mlp', 'huber', 'reduce_on_plateau'],
};

const NETWORKS: Record<string, string> = {
  mlp: '{ hidden_layers: [8] }',
  cnn: '{ sequence_length: 16 }',
  lstm: '{ sequence_length: 16 }',
  gru: '{ sequence_length: 16 }',
};

function strategy(labels = '{ source: zigzag }', network = 'mlp', loss?: string, schedule?: string): string {
  const decisions = labels.includes('forward')
    ? '{ output_format: regression, cost_model: {} }'
    : '{ output_format: classification }';
  return `name: any
version: "3.0"
training_data:
  symbols: { mode: single, symbol: AAPL }
  timeframes: { mode: single, timeframe: 1h }
  history_required: 200
indicators:
  rsi_5: { type: rsi, period: 5 }
fuzzy_sets:
  pace: { indicator: rsi_5, low: [0, 25, 50], high: [50, 75, 100] }
nn_inputs:
  - { fuzzy_set: pace, timeframes: all }
model: { type: ${network}, architecture: ${NETWORKS[network]!} }
decisions: ${decisions}
training:
  labels: ${labels}
  early_stopping: true
  analytics: true
${loss === undefined ? '' : `  loss: ${loss}\n`}${schedule === undefined ? '' : `  lr_scheduler: { type: ${schedule} }\n`}`;
}

/** Whether the grammar has a key at the path. */
function isKey(schema: JsonSchema, path: readonly string[]): boolean {
  const [key, ...rest] = path;
  if (key === undefined) return true;
  const { properties = {}, ...others } = schema as { properties?: Record<string, JsonSchema> };
  if (properties[key] !== undefined && isKey(properties[key], rest)) return true;
  const { anyOf = [], oneOf = [], allOf = [] } = others as Record<string, JsonSchema[]>;
  const branches = [...anyOf, ...oneOf, ...allOf] as (JsonSchema & { then?: JsonSchema })[];
  return branches.some((branch) => isKey(branch, path) || (branch.then && isKey(branch.then, path)));
}

describe('every setting has the name that it has in a strategy file', () => {
  const { schema } = strategySchema();
  test.each(Object.entries(STRATEGIES))('%s', (_, [labels, network, loss, schedule]) => {
    const parsed = parseStrategy(strategy(labels, network, loss, schedule), { file: 'any.yaml' });
    const names = [...strategyFacts(parsed.strategy).keys()];
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !isKey(schema, name.split('.')))).toEqual([]);
  });
});
