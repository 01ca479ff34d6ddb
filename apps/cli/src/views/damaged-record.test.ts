import { describe, expect, test } from '@jest/globals';
import type { OperationList, TypedOperation } from '@ktrdr/contracts';
import { SAMPLE_MESSAGES } from '@ktrdr/contracts/testing';
import { createStyle } from '../style.js';
import { operationsView, operationView } from './operations-view.js';

const STYLE = createStyle(false);
const ID = 'op_training_20240101T000000_abcd';
const { progress, result, warnings, created_at, started_at, completed_at } = SAMPLE_MESSAGES.TrainingSession;
const OPERATION = {
  operation_id: ID,
  operation_type: 'training',
  status: 'completed',
  attempt: 1,
  resumable: false,
  created_at,
  started_at,
  completed_at,
  progress,
  metadata: {
    symbols: ['AAPL'],
    timeframes: ['1h'],
    strategy: 'quick',
    start_date: null,
    end_date: null,
    parameters: {},
  },
  cancel_requested_at: null,
  cancel_reason: null,
  error: null,
  warnings,
  result,
};

function show(more: object): string {
  const operation = { ...OPERATION, ...more } as unknown as TypedOperation;
  return operationView(operation, [], { columns: 200, unicode: true, now: 0, verbose: true, style: STYLE });
}

describe('a record of any form is shown, and its damage in one line', () => {
  test.each<[string, object]>([
    ['a junk result', { result: { training_metrics: {}, artifacts: 5 } }],
    ['a list as a result', { result: [] }],
    ['a text as a result', { result: 'x' }],
    ['a result of a backtest', { operation_type: 'backtest', result: { report: 5 } }],
  ])('%s', (_what, more) => {
    const shown = show(more);
    expect(shown).toContain(ID);
    expect(shown).not.toContain('    at ');
    if (typeof (more as { result: unknown }).result === 'object')
      expect(shown).toMatch(/This result cannot be shown|record is damaged/);
  });

  test.each<[string, object]>([
    ['no progress', { progress: null }],
    ['no metadata', { metadata: null }],
    ['warnings that are no list', { warnings: 5 }],
    ['an error that is a number', { error: 5, status: 'failed' }],
    ['a status that nobody knows', { status: 'dancing' }],
  ])('%s', (_what, more) => {
    expect(show(more)).toContain(ID);
  });

  test('it does not hide the other operations of a list', () => {
    const operations = [
      OPERATION,
      { ...OPERATION, operation_id: 'op_training_x', metadata: null, progress: null, status: 'running' },
    ];
    const list = { operations, total_count: 2, active_count: 0 } as unknown as OperationList;
    const shown = operationsView(list, 0, { columns: 200, unicode: true, now: 0, style: STYLE });
    expect(shown).toContain('quick AAPL 1h');
    expect(shown).toMatch(/op_training_x.*damaged record/);
  });
});
