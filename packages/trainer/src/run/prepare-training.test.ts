import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { KtrdrError, type Timeframe, TIMEFRAME_MS, type TrainingPhase } from '@ktrdr/contracts';
import { parseStrategy, type Strategy } from '@ktrdr/strategy';
import { RandomStream } from '@ktrdr/statistics';
import { packValue } from '../data/typed-arrays.js';
import { TrainingCancelledError } from '../loop/training-cancelled-error.js';
import { prepareTraining } from './prepare-training.js';
import { RunProgress } from './run-progress.js';
import type { TrainingRunRequest } from './training-run.js';

let [root, dataDir] = ['', ''];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'prepare-training-'));
  dataDir = join(root, 'data');
  await mkdir(dataDir);
  await writeBars('AAA', '1h', 400);
  await writeBars('AAA', '4h', 100);
  await writeBars('BBB', '1h', 330);
  await writeBars('BBB', '4h', 70);
});
afterAll(() => rm(root, { recursive: true }));

async function writeBars(symbol: string, timeframe: Timeframe, count: number, seed = 1): Promise<void> {
  const random = RandomStream.derive(seed, `${symbol} ${timeframe}`, 0);
  let close = 100;
  const lines = Array.from({ length: count }, (_, bar) => {
    const open = close;
    close *= 1 + (random.uniform() - 0.5) * 0.03;
    const time = new Date(Date.UTC(2024, 0, 1) + bar * TIMEFRAME_MS[timeframe]).toISOString();
    return [time, open, Math.max(open, close) * 1.001, Math.min(open, close) * 0.999, close, bar].join();
  });
  const path = join(dataDir, `${symbol}_${timeframe}.csv`);
  await writeFile(path, `timestamp,open,high,low,close,volume\n${lines.join('\n')}\n`);
  // the fingerprint of a file that has just changed is not kept
  const before = new Date(Date.UTC(2025, 0, seed));
  await utimes(path, before, before);
}

const LABELS = {
  zigzag: 'source: zigzag, zigzag_threshold: 0.02',
  triple_barrier: 'source: triple_barrier, max_holding_period: 9, compute_weights: true',
  regime: 'source: regime, atr_period: 5, vol_lookback: 10, vol_crisis_threshold: 1.2',
  forward_return: 'source: forward_return, horizon: 3',
};
const LSTM = 'type: lstm, architecture: { sequence_length: 5, hidden_size: 4, num_layers: 1 }';

interface Written {
  labels?: keyof typeof LABELS;
  model?: string;
  inputs?: string;
  more?: string;
}

function strategyOf({ labels = 'zigzag', model, inputs, more = '' }: Written = {}): Strategy {
  const decisions =
    labels === 'forward_return'
      ? 'output_format: regression, cost_model: {}'
      : 'output_format: classification, confidence_threshold: 0.5';
  const text = `name: cached
version: "3.0"
description: any
training_data:
  symbols: { mode: multi_symbol, list: [AAA, BBB] }
  timeframes: { mode: multi_timeframe, list: [1h, 4h], base_timeframe: 1h }
  history_required: 50
indicators:
  rsi_7: { type: rsi, period: 7 }
  atr_5: { type: atr, period: 5 }
  band: { type: bollingerbands, period: 6 }
fuzzy_sets:
  momentum: { indicator: rsi_7, low: [0, 25, 50], high: { type: gaussian, parameters: [80, 20] } }
  place: { indicator: band.upper, input_transform: { type: price_ratio, reference: close }, near: [0.95, 1, 1.05] }
nn_inputs:
${inputs ?? '  - { fuzzy_set: momentum, timeframes: all }\n  - { fuzzy_set: place, timeframes: [1h] }\n  - { raw_indicator: atr_5, timeframes: [1h], normalization: zscore }'}
model: { ${model ?? 'type: mlp, architecture: { hidden_layers: [8], activation: relu, dropout: 0.1 }'} }
decisions: { ${decisions}, position_awareness: true }
training:
  method: supervised
  labels: { ${LABELS[labels]} }
  data_split: { train: 0.6, validation: 0.2, test: 0.2 }
  epochs: 5
  early_stopping: { patience: 3 }
  lr_scheduler: { type: step, step_size: 2, gamma: 0.5 }
  embargo: 3
${more}backtesting: { initial_capital: 5000 }
`;
  return parseStrategy(text, { file: 'cached.yaml' }).strategy;
}

let phases: TrainingPhase[] = [];

/** Text and arrays of what was prepared, or the text of the error. */
async function prepared(
  strategy: Strategy,
  changes: Partial<TrainingRunRequest> = {},
  signal = new AbortController().signal,
  onPhase: (phase: TrainingPhase) => void = () => undefined,
): Promise<unknown> {
  phases = [];
  const hooks = {
    signal,
    onProgress: ({ phase }: { phase: TrainingPhase }) => {
      phases.push(phase);
      onPhase(phase);
    },
    clock: { now: () => Date.now() },
  };
  const request = {
    dataDir,
    fingerprints: [],
    featureCacheMb: 0,
    ...changes,
  } as unknown as TrainingRunRequest;
  try {
    return packValue(await prepareTraining(request, strategy, hooks, new RunProgress(hooks)));
  } catch (error) {
    if (error instanceof TrainingCancelledError) throw error;
    const { message, code, details } = error as KtrdrError;
    return { message, code, details };
  }
}

/** Whether the data of a training are in the cache. It ends where it would compute them. */
async function isCached(strategy: Strategy, changes: Partial<TrainingRunRequest>): Promise<boolean> {
  const controller = new AbortController();
  const result = await prepared(strategy, changes, controller.signal, (phase) => {
    if (phase !== 'loading bars') controller.abort();
  }).catch(() => ({ code: 'cancelled' }));
  return !('code' in (result as object));
}

let folders = 0;
function newState(): { stateDir: string; featureCacheMb: number } {
  folders += 1;
  return { stateDir: join(root, `state-${folders}`), featureCacheMb: 50 };
}
const entriesOf = (stateDir: string): Promise<string[]> =>
  readdir(join(stateDir, 'features')).catch(() => []);
const isFromCache = (): boolean => new Set(phases).size === 1;

const DEGREES = '  - { fuzzy_set: momentum, timeframes: [1h] }';
const CASES: Record<string, Written> = {
  'classes of a zigzag': {},
  'weighted classes': { labels: 'triple_barrier' },
  'labels with fitted thresholds': { labels: 'regime' },
  'windows of a regression': { labels: 'forward_return', model: LSTM },
  'degrees alone': { inputs: DEGREES },
};

describe('the cache of features', () => {
  test.each(Object.entries(CASES))('gives the same as computing: %s', async (_, written) => {
    const state = newState();
    const strategy = strategyOf(written);
    const computed = await prepared(strategy);
    expect(computed).not.toHaveProperty('code');
    expect(await prepared(strategy, state)).toEqual(computed);
    expect(isFromCache()).toBe(false);
    expect(await prepared(strategy, state)).toEqual(computed);
    expect(isFromCache()).toBe(true);
    expect(await entriesOf(state.stateDir)).toHaveLength(1);
  });

  test('is used by trainings with other learning settings or another network', async () => {
    const state = newState();
    await prepared(strategyOf(), state);
    const other = strategyOf({
      model: 'type: mlp, architecture: { hidden_layers: [3, 3], activation: tanh }',
      more: '  learning_rate: 0.1\n  batch_size: 7\n  optimizer: sgd\n',
    });
    await prepared({ ...other, name: 'other', training: { ...other.training, epochs: 9 } }, state);
    expect(isFromCache()).toBe(true);
    await prepared(strategyOf({ model: LSTM }), state);
    expect(isFromCache()).toBe(false);
  });

  test('a change of any field of the strategy computes the data again, or does not change them', async () => {
    const state = newState();
    const strategy = strategyOf({ labels: 'triple_barrier', model: LSTM });
    const computed = await prepared(strategy, state);
    const kept = new Set<string>();
    let changed = 0;
    for (const path of pathsOf(strategy)) {
      for (const other of changesAt(strategy, path)) {
        changed += 1;
        if (!(await isCached(other, state))) continue;
        kept.add(String(path[0]));
        expect([path, await prepared(other)]).toEqual([path, computed]);
      }
    }
    expect(changed).toBeGreaterThan(60);
    expect([...kept].toSorted()).toEqual([
      'backtest',
      'decisions',
      'description',
      'model',
      'name',
      'passthrough',
      'training',
    ]);
  });

  test('a change of options or bars gives what computing gives', async () => {
    const state = newState();
    const strategy = strategyOf();
    await prepared(strategy, state);
    const options = [
      { start_date: '2024-01-03' },
      { end_date: '2024-01-15' },
      { validation_split: 0.3 },
      { start_date: '2024-02-01', end_date: '2024-01-01' },
      { fingerprints: [{ symbol: 'BBB', timeframe: '4h', sha256: '0'.repeat(64) }] },
    ];
    for (const changes of options) {
      const from = await prepared(strategy, { ...state, ...changes });
      expect(from).toEqual(await prepared(strategy, changes));
    }
    try {
      await writeBars('BBB', '4h', 70, 2);
      expect(await prepared(strategy, state)).toEqual(await prepared(strategy));
      await writeFile(join(dataDir, 'BBB_4h.csv'), 'nothing');
      expect(await prepared(strategy, state)).toEqual(await prepared(strategy));
      await rm(join(dataDir, 'BBB_4h.csv'));
      expect(await prepared(strategy, state)).toMatchObject({ code: 'bars_not_found' });
    } finally {
      await writeBars('BBB', '4h', 70);
    }
    await prepared(strategy, state);
    expect(isFromCache()).toBe(true);
  });

  test('a damaged file is ignored and replaced', async () => {
    const state = newState();
    const strategy = strategyOf({ inputs: DEGREES });
    const computed = await prepared(strategy, state);
    const [name] = await entriesOf(state.stateDir);
    const path = join(state.stateDir, 'features', name!);
    const sound = await readFile(path);
    await writeFile(path, sound.subarray(0, -1));
    expect(await prepared(strategy, state)).toEqual(computed);
    expect(isFromCache()).toBe(false);
    expect(await readFile(path)).toEqual(sound);
  });

  test('stays below its maximum size; the size 0 turns it off', async () => {
    const state = newState();
    await prepared(strategyOf(), state);
    const [first] = await entriesOf(state.stateDir);
    const { size } = await stat(join(state.stateDir, 'features', first!));
    const small = { ...state, featureCacheMb: (1.5 * size) / 1_000_000 };
    const past = new Date(0);
    await utimes(join(state.stateDir, 'features', first!), past, past);
    await prepared(strategyOf(), { ...small, start_date: '2024-01-02' });
    expect(await entriesOf(state.stateDir)).toHaveLength(1);
    expect(await entriesOf(state.stateDir)).not.toContain(first);
    const off = newState();
    await prepared(strategyOf(), { ...off, featureCacheMb: 0 });
    expect(await entriesOf(off.stateDir)).toEqual([]);
  });

  test('several trainings at once write one entry; a training that cannot write its entry continues', async () => {
    const state = newState();
    const strategy = strategyOf();
    const computed = await prepared(strategy);
    const all = await Promise.all(Array.from({ length: 4 }, () => prepared(strategy, state)));
    for (const one of all) expect(one).toEqual(computed);
    expect(await entriesOf(state.stateDir)).toHaveLength(1);
    const blocked = newState();
    await mkdir(blocked.stateDir);
    await writeFile(join(blocked.stateDir, 'features'), 'a file where the folder should be');
    expect(await prepared(strategy, blocked)).toEqual(computed);
  });

  test('a training that is cancelled while it writes leaves nothing', async () => {
    const state = newState();
    const controller = new AbortController();
    const cancelled = prepared(strategyOf(), state, controller.signal, () => {
      // the first two are of the split itself
      if (phases.filter((phase) => phase === 'splitting').length === 5) controller.abort();
    });
    await expect(cancelled).rejects.toBeInstanceOf(TrainingCancelledError);
    expect(await entriesOf(state.stateDir)).toEqual([]);
  });
});

type Path = (string | number)[];

/** Paths of all leaves, and of all lists. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, key]));
  return Array.isArray(value) ? [path, ...inner] : inner;
}

/** The strategy with other values at a path. */
function changesAt(strategy: Strategy, path: Path): Strategy[] {
  const last = path.at(-1)!;
  return othersOf(path.reduce<unknown>((item, key) => (item as never)[key], strategy)).map((other) => {
    const copy = structuredClone(strategy);
    const parent = path.slice(0, -1).reduce<unknown>((item, key) => (item as never)[key], copy);
    (parent as Record<string, unknown>)[last] = other;
    return copy;
  });
}

function othersOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.length > 1 ? [value.toReversed(), value.slice(1)] : [];
  switch (typeof value) {
    case 'number':
      return [value === 0 ? 1 : value / 2];
    case 'boolean':
      return [!value];
    case 'string':
      return [`${value}x`];
    default:
      return [1];
  }
}
