import { MODEL_FORMAT, type ModelMetadata } from '../models/model-metadata.js';

/** The content of a `metadata.json` with default values. Tests override what they need. */
export function metadataOf(other: Partial<ModelMetadata>): ModelMetadata {
  return {
    format: MODEL_FORMAT,
    model: null,
    version: null,
    strategy_name: 'momentum',
    strategy_version: 'v3',
    symbols: ['AAPL'],
    timeframes: ['1h'],
    base_timeframe: '1h',
    model_type: 'mlp',
    architecture: '2-8-4-3',
    parameters_count: 75,
    output_type: 'classification',
    classes: ['BUY', 'HOLD', 'SELL'],
    feature_count: 2,
    engine: 'onnx',
    device: 'cpu',
    seed: 7,
    operation_id: 'op_training_20240101T000000_aaaa',
    start_date: '2024-01-02T00:00:00.000Z',
    end_date: '2024-03-01T00:00:00.000Z',
    range: { start: '2024-01-01', end: null },
    test_part: { start: '2024-02-20T00:00:00.000Z', end: '2024-03-01T00:00:00.000Z', rows: 100 },
    synthetic_bars: false,
    fingerprints: [{ symbol: 'AAPL', timeframe: '1h', sha256: 'a'.repeat(64) }],
    versions: { ktrdr: '0.1.0', node: '20', engine: 'onnx' },
    test_accuracy: 0.5,
    baseline_accuracy: 0.45,
    verdict: 'no_edge',
    created_at: '2024-03-02T00:00:00.000Z',
    checksums: {},
    ...other,
  };
}
