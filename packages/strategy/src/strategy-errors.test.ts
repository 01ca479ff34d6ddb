import { describe, expect, test } from '@jest/globals';

import { StrategyError } from './issues.js';
import { parseStrategy } from './parse-strategy.js';
import { FILE, problems } from './test/problems.js';
import { edit, V2, V3 } from './test/strategy-text.js';
import { validateStrategy } from './validate-strategy.js';

describe('an error gives its position, what is wrong and how to fix it', () => {
  test.each<[string, string, string]>([
    // name, symbols, timeframes
    ['name: base', 'name: ../x', '1:7 name: is "../x"; must be a name: 1 to 128 letters'],
    ['name: base\n', '', '1:1 name: is missing; must be a name'],
    // too many spaces before a section
    [
      'decisions: {',
      '  decisions: {',
      '1:1 decisions: is missing; line 21 has it inside model: remove the spaces before decisions',
    ],
    [
      'nn_inputs:',
      '  nn_inputs:',
      '7:1 indicators: is a map, but there is no nn_inputs; line 15 has it inside fuzzy_sets: remove the spaces before nn_inputs',
    ],
    [
      'symbol: AAPL',
      'symbol: ../../etc',
      '4:35 training_data.symbols.symbol: is "../../etc"; must be a symbol: 1 to 32 letters',
    ],
    [
      'symbol: AAPL',
      'list: []',
      '4:27 training_data.symbols.list: is an empty list; name at least one symbol',
    ],
    ['symbol: AAPL', 'other: AAPL', '4:3 training_data.symbols: is empty; write for instance symbol: AAPL'],
    [
      'mode: single, symbol',
      'mode: singel, symbol',
      '4:19 training_data.symbols.mode: is "singel"; must be one of single, multi_symbol, single_symbol; did you mean "single"?',
    ],
    [
      'timeframe: 1h',
      'timeframe: 2h',
      '5:41 training_data.timeframes.timeframe: is "2h"; must be one of 1m, 5m, 15m, 30m, 1h, 4h, 1d, 1w',
    ],
    [
      'timeframe: 1h',
      'timeframe: 1h, base_timeframe: 4h',
      '5:61 training_data.timeframes.base_timeframe: is 4h; must be one of the timeframes listed (1h)',
    ],
    [
      'history_required: 200',
      'history_required: 10',
      '6:21 training_data.history_required: is 10; must be a whole number from 50 to 1000000',
    ],
    [
      'history_required: 200',
      'start_date: 2024-02-31',
      '6:15 training_data.start_date: The start date "2024-02-31" does not exist',
    ],
    [
      'history_required: 200',
      'date_range: {start: 2024-02-01, end: 2024-01-01}',
      'training_data.date_range.end: The start date 2024-02-01 is after the end date 2024-01-01',
    ],
    // indicators
    ['type: rsi,', 'type: rsj,', '8:18 indicators.rsi_14.type: is "rsj"; did you mean "rsi"?'],
    [
      'type: rsi,',
      'type: volatility,',
      '8:18 indicators.rsi_14.type: is "volatility"; the indicators are adline, adx, aroon, atr,',
    ],
    [
      'type: rsi, period: 14',
      'type: ZigZag',
      '8:18 indicators.rsi_14.type: is "ZigZag", which strategies must not use: its turning points become known only bars later',
    ],
    [
      'type: rsi,',
      'type: distancefromma, ma_type: wma,',
      '8:43 indicators.rsi_14.ma_type: is "wma"; must be one of sma, ema',
    ],
    [
      'type: rsi, period: 14',
      'type: psar, step_af: 0.5',
      '8:33 indicators.rsi_14.step_af: is 0.5; must be a number at least 0.001 and at most 0.1',
    ],
    [
      'type: rsi, period: 14',
      'type: vwap, use_typical_price: perhaps',
      '8:43 indicators.rsi_14.use_typical_price: is "perhaps"; must be true or false',
    ],
    ['type: rsi,', '', '8:3 indicators.rsi_14.type: is missing; the indicators are adline, adx'],
    ['period: 14}', 'period: 14.0}', '8:31 indicators.rsi_14.period: is 14.0; write the whole number 14'],
    [
      'period: 14}',
      'period: 1}',
      '8:31 indicators.rsi_14.period: is 1; must be a whole number from 2 to 100',
    ],
    [
      'period: 14}',
      'period: "14"}',
      '8:31 indicators.rsi_14.period: is "14"; must be a whole number from 2 to 100',
    ],
    [
      'period: 14}',
      'source: vwap}',
      '8:31 indicators.rsi_14.source: is "vwap"; must be one of open, high, low, close, volume',
    ],
    [
      'period: 14}',
      'data_source: fred_X}',
      '8:36 indicators.rsi_14.data_source: is not available in this version',
    ],
    ['  macd_12:', '  "a.b": {type: rsi}\n  macd_12:', '9:3 indicators["a.b"]: an id must not contain a dot'],
    // fuzzy sets
    [
      'indicator: rsi_14',
      'indicator: rsi14',
      '12:16 fuzzy_sets.momentum.indicator: names the indicator "rsi14", but the indicators are rsi_14, macd_12; did you mean "rsi_14"?',
    ],
    [
      'indicator: rsi_14',
      'indicator: rsi_14.rsi',
      '12:16 fuzzy_sets.momentum.indicator: names the output "rsi", but rsi has one output: write rsi_14',
    ],
    [
      'indicator: rsi_14',
      'indicator: macd_12.histo',
      '12:16 fuzzy_sets.momentum.indicator: names the output "histo", but macd has line, signal, histogram; did you mean "histogram"?',
    ],
    [
      '    indicator: rsi_14\n',
      '',
      '11:3 fuzzy_sets.momentum.indicator: is missing; must be the id of an indicator',
    ],
    [
      'low: [0, 20, 50]',
      'low: [0, 50, 20]',
      '13:5 fuzzy_sets.momentum.low: [0, 50, 20] is not in ascending order; triangular takes [a, b, c]',
    ],
    [
      'low: [0, 20, 50]',
      'low: [0, 20]',
      '13:5 fuzzy_sets.momentum.low: has 2 numbers; the short form takes the 3 numbers of a triangle',
    ],
    ['low: [0, 20, 50]', 'low: [0, .nan, 50]', '13:14 fuzzy_sets.momentum.low[1]: is '],
    ['epochs: 50', 'epochs: .inf', '26:11 training.epochs: is Infinity; must be a whole number'],
    ['low: [0, 20, 50]', 'low: cheap', '13:10 fuzzy_sets.momentum.low: is "cheap"; must be a membership'],
    [
      'low: [0, 20, 50]',
      'low: {parameters: [0, 20, 50]}',
      '13:5 fuzzy_sets.momentum.low.type: is missing; must be one of triangular, trapezoidal, gaussian, sigmoid',
    ],
    [
      'low: [0, 20, 50]',
      'low: {type: gaussian, parameters: [50, 0]}',
      '13:27 fuzzy_sets.momentum.low.parameters: sigma is 0; must be above 0; gaussian takes [mu, sigma]',
    ],
    [
      'low: [0, 20, 50]',
      'low: {type: sigmoid, parameters: [50, 0]}',
      'fuzzy_sets.momentum.low.parameters: steepness is 0',
    ],
    [
      'type: trapezoidal, parameters: [50, 70, 100, 100]',
      'type: trapezoidal, parameters: [50, 70, 100]',
      '14:31 fuzzy_sets.momentum.high.parameters: has 3 numbers; trapezoidal takes [a, b, c, d]',
    ],
    [
      'type: trapezoidal',
      'type: bell',
      '14:18 fuzzy_sets.momentum.high.type: is "bell"; must be one of triangular',
    ],
    [
      '    low: [0, 20, 50]\n    high: {type: trapezoidal, parameters: [50, 70, 100, 100]}\n',
      '',
      '11:3 fuzzy_sets.momentum: has no membership',
    ],
    [
      '    low:',
      '    input_transform: {type: log}\n    low:',
      '13:29 fuzzy_sets.momentum.input_transform.type: is "log"; must be one of price_ratio, identity',
    ],
    // nn_inputs
    [
      '{fuzzy_set: momentum, timeframes: all}',
      '{fuzzy_set: momentun, timeframes: all}',
      '16:17 nn_inputs[0].fuzzy_set: is "momentun"; the fuzzy sets are momentum; did you mean "momentum"?',
    ],
    [
      '{fuzzy_set: momentum, timeframes: all}',
      '{timeframes: all}',
      '16:5 nn_inputs[0]: has neither fuzzy_set nor raw_indicator; write one of them',
    ],
    [
      '{fuzzy_set: momentum, timeframes: all}',
      '{fuzzy_set: momentum, raw_indicator: rsi_14, timeframes: all}',
      'nn_inputs[0]: has both fuzzy_set and raw_indicator; write one of them',
    ],
    [
      '{fuzzy_set: momentum, timeframes: all}',
      '{fuzzy_set: momentum}',
      'nn_inputs[0].timeframes: is missing; must be all, or a list of timeframes',
    ],
    [
      '{fuzzy_set: momentum, timeframes: all}',
      '{fuzzy_set: momentum, timeframes: [4h]}',
      '16:40 nn_inputs[0].timeframes[0]: needs 4h bars, but the timeframes of training_data are 1h; add 4h there or remove it here',
    ],
    [
      '{fuzzy_set: momentum, timeframes: all}',
      '{fuzzy_set: momentum, timeframes: alll}',
      '16:39 nn_inputs[0].timeframes: is "alll"; must be all, or among',
    ],
    [
      'normalization: zscore',
      'normalization: robust',
      'nn_inputs[1].normalization: is "robust"; must be one of minmax, zscore, none',
    ],
    [
      'nn_inputs:\n',
      'nn_inputs:\n  - {fuzzy_set: momentum, timeframes: 1h}\n',
      'nn_inputs[1]: gives the feature 1h_momentum_low, which input 1 already gives; list each input once',
    ],
    // model
    [
      'type: mlp',
      'type: lstn',
      '19:9 model.type: is "lstn"; must be one of mlp, lstm, gru, cnn; did you mean "lstm"?',
    ],
    [
      'hidden_layers: [16, 8]',
      'hidden_layers: [16, 10000000]',
      '20:38 model.architecture.hidden_layers[1]: is 10000000; must be a whole number from 1 to 4096',
    ],
    ['hidden_layers: [16, 8]', 'hidden_layers: []', 'model.architecture.hidden_layers: is an empty list'],
    [
      'hidden_layers: [16, 8]',
      `hidden_layers: [${'8, '.repeat(17)}]`,
      'model.architecture.hidden_layers: has 17 layers; at most 16 are allowed',
    ],
    [
      'hidden_layers: [16, 8]',
      `hidden_layers: [${'4096, '.repeat(16)}]`,
      'model.architecture.hidden_layers: gives a network with 251752452 weights; at most 50000000 are allowed',
    ],
    [
      'hidden_layers: [16, 8], ',
      '',
      'model.architecture.hidden_layers: is missing; must be a list of sizes such as [64, 32]',
    ],
    [
      'activation: relu',
      'activation: reluu',
      'model.architecture.activation: is "reluu"; must be one of relu, tanh, sigmoid, leaky_relu; did you mean "relu"?',
    ],
    [
      'dropout: 0.2',
      'dropout: 1',
      'model.architecture.dropout: is 1; must be a number at least 0 and below 1',
    ],
    // decisions, training
    [
      'output_format: classification',
      'output_format: ranking',
      '21:28 decisions.output_format: is "ranking"; must be one of classification, regression',
    ],
    [
      'output_format: classification',
      'output_format: regression',
      '21:1 decisions.cost_model: is missing; a regression needs one: {round_trip_cost: 0.003',
    ],
    [
      'output_format: classification',
      'output_format: regression, cost_model: {round_trip_cost: 0}',
      '21:70 decisions.cost_model.round_trip_cost: is 0; must be a number above 0 and below 1',
    ],
    [
      'confidence_threshold: 0.5',
      'confidence_threshold: 50',
      'decisions.confidence_threshold: is 50; must be a number at least 0 and at most 1',
    ],
    [
      'epochs: 50',
      'epochs: 1000000000',
      '26:11 training.epochs: is 1000000000; must be a whole number from 1 to 100000',
    ],
    ['epochs: 50', 'epochs:', '26:10 training.epochs: is empty; must be a whole number from 1 to 100000'],
    ['epochs: 50', 'batch_size: 0', 'training.batch_size: is 0; must be a whole number from 1 to 65536'],
    [
      'epochs: 50',
      'learning_rate: -1',
      'training.learning_rate: is -1; must be a number above 0 and at most 10',
    ],
    [
      'epochs: 50',
      'optimizer: sdg',
      'training.optimizer: is "sdg"; must be one of adam, adamw, sgd, rmsprop',
    ],
    [
      'epochs: 50',
      'loss: huber',
      'training.loss: is huber, which does not fit a classification; must be cross_entropy or focal',
    ],
    [
      'epochs: 50',
      'loss: cross_entrpy',
      'training.loss: is "cross_entrpy"; must be one of cross_entropy, focal, mse, huber; did you mean "cross_entropy"?',
    ],
    ['epochs: 50', 'class_weights: {BUY: 2}', 'training.class_weights: is a map; must be true or false'],
    [
      'epochs: 50',
      'lr_scheduler: {type: one_cycle}',
      'training.lr_scheduler.type: is "one_cycle"; must be one of step, exponential, cosine, reduce_on_plateau',
    ],
    [
      'epochs: 50',
      'early_stopping: {patience: 0}',
      'training.early_stopping.patience: is 0; must be a whole number from 1 to 100000',
    ],
    ['epochs: 50', 'early_stopping: 5', 'training.early_stopping: is 5; must be a map of settings, or false'],
    ['epochs: 50', 'embargo: 0.01', 'training.embargo: is 0.01; must be a whole number from 0 to 1000000'],
    [
      'method: supervised',
      'method: reinforcement_learning',
      'training.method: is "reinforcement_learning"; this version has only "supervised"',
    ],
    [
      'source: zigzag',
      'source: tick_bars',
      '24:20 training.labels.source: is "tick_bars"; must be one of zigzag, forward_return, triple_barrier, context, regime',
    ],
    [
      'source: zigzag',
      'source: zigzag, method: swings',
      'training.labels.method: is "swings"; must be one of segments, points',
    ],
    [
      'source: zigzag',
      'source: zigzag, method: points, label_lookahead: 2',
      'training.labels.label_lookahead: is 2; must be a whole number from 3 to 1000000',
    ],
    [
      '{source: zigzag, zigzag_threshold: 0.02}',
      '{source: triple_barrier, pt_multiplier: 0}',
      '24:51 training.labels.pt_multiplier: is 0; must be a number above 0 and at most 1000',
    ],
    [
      '{source: zigzag, zigzag_threshold: 0.02}',
      '{source: triple_barrier, stop_loss_atr: -1}',
      '24:51 training.labels.stop_loss_atr: is -1; must be a number above 0 and at most 1000',
    ],
    [
      '{source: zigzag, zigzag_threshold: 0.02}',
      '{source: triple_barrier, vol_method: range}',
      'training.labels.vol_method: is "range"; must be one of atr, close',
    ],
    [
      '{source: zigzag, zigzag_threshold: 0.02}',
      '{source: triple_barrier, vol_span: 1}',
      'training.labels.vol_span: is 1; must be a whole number from 2 to 1000000',
    ],
    [
      '{source: zigzag, zigzag_threshold: 0.02}',
      '{source: context, horizon: 0}',
      'training.labels.horizon: is 0; must be a whole number from 1 to 1000000',
    ],
    [
      '{source: zigzag, zigzag_threshold: 0.02}',
      '{source: context, bearish_threshold: 0.01}',
      '24:48 training.labels.bearish_threshold: lets bearish (below 0.01) and bullish (above 0.005) overlap',
    ],
    [
      '{source: zigzag, zigzag_threshold: 0.02}',
      '{source: regime, macro_atr_mult: 1}',
      '24:44 training.labels.macro_atr_mult: gives micro 1 and macro 1; micro_atr_mult must be below macro_atr_mult',
    ],
    [
      '{source: zigzag, zigzag_threshold: 0.02}',
      '{source: regime, progression_tolerance: 2}',
      'training.labels.progression_tolerance: is 2; must be a number at least 0 and at most 1',
    ],
    [
      '{source: zigzag, zigzag_threshold: 0.02}',
      '{source: forward_return, horizon: 5}',
      'decisions.output_format: is classification; forward_return labels are numbers, which need regression',
    ],
    [
      'output_format: classification, confidence_threshold: 0.5',
      'output_format: regression, cost_model: {round_trip_cost: 0.001}',
      'decisions.output_format: is regression; zigzag labels are classes, which need classification',
    ],
    [
      'zigzag_threshold: 0.02',
      'zigzag_threshold: 2',
      'training.labels.zigzag_threshold: is 2; must be a number above 0 and below 1',
    ],
    [
      '{train: 0.7, validation: 0.15, test: 0.15}',
      '{train: 0.8, validation: 0.3, test: 0.1}',
      'training.data_split: adds up to 1.2; train, validation and test must add up to 1',
    ],
    [
      '{train: 0.7, validation: 0.15, test: 0.15}',
      '{train: 0.7, validation: 0.3}',
      'training.data_split: adds up to 1; train, validation and test must add up to 1',
    ],
    [
      '{train: 0.7, validation: 0.15, test: 0.15}',
      '{train: 0.7}',
      'training.data_split.validation: is missing; must be a number above 0 and below 1',
    ],
    [
      'training:\n',
      'context_data: [{provider: fred}]\ntraining:\n',
      '22:1 context_data: is not available in this version',
    ],
  ])('%j -> %j', (part, replacement, expected) => {
    expect(problems(edit(V3, part, replacement)).errors).toEqual([expect.stringContaining(expected)]);
  });

  test.each<[string, string, string]>([
    [
      'feature_id: rsi_14',
      'feature_id: 14_rsi',
      '9:29 indicators[0].feature_id: is "14_rsi"; must be a letter, then letters',
    ],
    [
      'feature_id: rsi_14',
      'feature_id: close',
      'indicators[0].feature_id: is close, which names a price column; choose another id',
    ],
    [
      '{name: macd, fast',
      '{name: macd, feature_id: rsi_14, fast',
      'indicators[1].feature_id: is rsi_14, which another indicator already has',
    ],
    [
      '  - {name: macd,',
      '  - macd\n  - {name: macd,',
      '10:5 indicators[1]: is "macd"; must be a map such as {name: rsi, period: 14}',
    ],
    [
      'lookback_periods: 2',
      'lookback_periods: 501',
      'model.features.lookback_periods: is 501; must be a whole number from 0 to 500',
    ],
    [
      'lookback_periods: 2',
      'lookback_periods: 500',
      'fuzzy_sets: gives 1002 features (2 and their 500 lags); at most 1000 are allowed',
    ],
    ['epochs: 70', 'epochs: 0', '20:22 model.training.epochs: is 0; must be a whole number from 1 to 100000'],
  ])('in the list grammar: %j -> %j', (part, replacement, expected) => {
    expect(problems(edit(V2, part, replacement)).errors).toContainEqual(expect.stringContaining(expected));
  });

  test.each(['training_data', 'indicators', 'fuzzy_sets', 'nn_inputs', 'model', 'decisions', 'training'])(
    'without %s, or with something else in its place, the file is rejected',
    (section) => {
      const without = V3.replace(new RegExp(`^${section}:.*\\n( .*\\n)*`, 'm'), '');
      expect(without.length).toBeLessThan(V3.length);
      expect(validateStrategy(without, FILE).valid).toBe(false);
      for (const other of ['5', 'text', '[]', '']) {
        expect(validateStrategy(`${without}${section}: ${other}\n`, FILE).valid).toBe(false);
      }
    },
  );

  const lines = (count: number, line: (n: number) => string) =>
    Array.from({ length: count }, (_, n) => line(n)).join('');

  test.each<[string, string, string]>([
    [
      '  macd_12:',
      lines(199, (n) => `  i${n}: {type: rsi}\n`),
      '7:1 indicators: has 201 indicators; at most 200 are allowed',
    ],
    [
      '  momentum:',
      lines(500, (n) => `  s${n}: {indicator: rsi_14, a: [0, 1, 2]}\n`),
      '10:1 fuzzy_sets: has 501 fuzzy sets; at most 500 are allowed',
    ],
    [
      '    low:',
      lines(49, (n) => `    m${n}: [0, 1, 2]\n`),
      '11:3 fuzzy_sets.momentum: has 51 memberships; at most 50 are allowed',
    ],
    [
      '  - {fuzzy_set',
      lines(999, () => '  - {raw_indicator: rsi_14, timeframes: all}\n'),
      '15:1 nn_inputs: has 1001 inputs; at most 1000 are allowed',
    ],
    [
      'timeframes: [1h]',
      `timeframes: [${'1h, '.repeat(9)}]`,
      'nn_inputs[1].timeframes: has 9 timeframes; at most 8 are allowed',
    ],
  ])('too many before %j', (part, many, expected) => {
    const text = edit(V3, part, part === 'timeframes: [1h]' ? many : many + part);
    expect(problems(text).errors).toEqual([expect.stringContaining(expected)]);
  });

  test('too many symbols', () => {
    const text = edit(V3, 'symbol: AAPL', `list: [${lines(101, (n) => `S${n}, `)}]`);
    expect(problems(text).errors).toEqual([
      expect.stringContaining('training_data.symbols.list: is too long; at most 100 symbols are allowed'),
    ]);
  });

  test('a file full of errors: the first 500 are listed, the others are counted', () => {
    const many = lines(600, (n) => `  - {fuzzy_set: s${n}, timeframes: all}\n`);
    const { errors } = problems(edit(V3, '  - {fuzzy_set', `${many}  - {fuzzy_set`));
    expect(errors).toHaveLength(501);
    expect(errors.at(-1)).toBe(' 100 more problems are not listed');
  });

  test('warnings do not displace errors', () => {
    const unknown = lines(600, (n) => `unknown_${n}: 1\n`);
    const { errors } = problems(unknown + edit(V3, 'epochs: 50', 'epochs: 0'));
    expect(errors).toEqual([expect.stringContaining('training.epochs: is 0')]);
  });

  test('all errors are reported at once, in the order of the file', () => {
    const changes: [string, string][] = [
      ['symbol: AAPL', 'symbol: "?"'],
      ['period: 14', 'period: 0'],
      ['low: [0, 20, 50]', 'low: [3, 2, 1]'],
      ['dropout: 0.2', 'dropout: 2'],
      ['epochs: 50', 'epochs: 1e9\n  batch_size: -1'],
    ];
    const text = changes.reduce((changed, [part, replacement]) => edit(changed, part, replacement), V3);
    const { errors } = problems(text);
    expect(errors.map((line) => line.replace(/ .*/, ''))).toEqual([
      '4:35',
      '8:31',
      '13:5',
      '20:69',
      '26:11',
      '27:15',
    ]);
    const thrown = (() => {
      try {
        return parseStrategy(text, { file: FILE });
      } catch (error) {
        return error as StrategyError;
      }
    })();
    expect(thrown).toBeInstanceOf(StrategyError);
    expect(thrown).toMatchObject({ code: 'strategy_invalid', details: { issues: { length: 6 } } });
    expect((thrown as StrategyError).message).toBe(
      [`${FILE} has 6 errors:`, ...errors.map((line) => `${FILE}:${line}`)].join('\n'),
    );
  });
});

describe('a model over a window', () => {
  const errors = (type: string, architecture: string, more = ''): string[] =>
    problems(
      edit(
        edit(V3, 'type: mlp', `type: ${type}`),
        '{hidden_layers: [16, 8], activation: relu, dropout: 0.2}',
        `${architecture}${more}`,
      ),
    ).errors;

  test.each([
    [
      'lstm',
      '{hidden_size: 8}',
      'model.architecture.sequence_length: is missing; must be a whole number from 2',
    ],
    [
      'gru',
      '{sequence_length: 8, hidden_layers: [4]}',
      'model.architecture.hidden_layers: does not apply to a model of type gru; write hidden_size and num_layers',
    ],
    [
      'cnn',
      '{sequence_length: 10, filters: [8, 8, 8]}',
      'is too short: a window of 10 bars is used up by convolution 3 of 3 (kernel_size 3, pool_size 2)',
    ],
    ['transformer', '{}', 'model.type: is "transformer"; must be one of mlp, lstm, gru, cnn'],
    [
      'lstm',
      '{sequence_length: 200, hidden_size: 2048, num_layers: 1}',
      'needs 3363643396 multiplications per row, too many for batches of 32 rows; use a batch_size of at most 1, or a smaller network',
    ],
  ])('%s %s', (type, architecture, expected) => {
    expect(errors(type, architecture)).toEqual([expect.stringContaining(expected)]);
  });
});
