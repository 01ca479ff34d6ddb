import { expect, test } from '@jest/globals';
import { effect } from '@preact/signals';
import type { TypedOperationSummary } from '@ktrdr/contracts';
import { knownOperation, MOST_KNOWN, receiveChange, remember } from './operations.js';

function operation(id: string, changes: object = {}): TypedOperationSummary {
  const progress = { percentage: 0 };
  const summary = { operation_id: id, status: 'running', attempt: 1, progress, ...changes };
  return summary as unknown as TypedOperationSummary;
}

test.each([
  ['a lower percentage', { progress: { percentage: 10 } }],
  ['an earlier status', { status: 'pending', progress: { percentage: 60 } }],
  ['an earlier attempt', { attempt: 0, status: 'failed', progress: { percentage: 60 } }],
])('an answer with %s is older than what the stream said', (what, older) => {
  const newest = operation(what, { progress: { percentage: 50 } });
  receiveChange('operation', newest, 0);
  expect(remember(operation(what, older)).value).toBe(newest);
});

test.each([
  ['a higher percentage', { progress: { percentage: 60 } }],
  ['a later status', { status: 'cancelling' }],
  ['the next attempt', { attempt: 2, status: 'pending' }],
])('an answer with %s is newer', (what, newer) => {
  remember(operation(`newer ${what}`, { progress: { percentage: 50 } }));
  const answered = operation(`newer ${what}`, { progress: { percentage: 50 }, ...newer });
  expect(remember(answered).value).toBe(answered);
});

test('an answer that comes after an operation was removed does not bring it back', () => {
  remember(operation('gone'));
  receiveChange('removed', { operation_id: 'gone' }, 0);
  expect(remember(operation('gone')).value).toBeNull();
});

test('the operations that changed longest ago are forgotten, unless they are shown', () => {
  const stop = effect(() => void remember(operation('shown')).value);
  remember(operation('old'));
  remember(operation('changed'));
  for (let number = 0; number < MOST_KNOWN - 2; number++) remember(operation(`other ${number}`));
  remember(operation('changed'));
  expect(['shown', 'old', 'changed'].map((id) => knownOperation(id) !== undefined)).toEqual([
    true,
    false,
    true,
  ]);
  stop();
  for (let number = 0; number < MOST_KNOWN; number++) remember(operation(`more ${number}`));
  expect(knownOperation('shown')).toBeUndefined();
});
