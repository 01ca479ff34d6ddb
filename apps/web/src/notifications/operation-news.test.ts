import { expect, test } from '@jest/globals';
import type { TypedOperation, TypedOperationSummary } from '@ktrdr/contracts';
import { eventsOf, notificationText, OperationNews } from './operation-news.js';

const AT = '2026-01-05T10:00:00.000Z';
const NOW = Date.parse(AT);
const operation = (status: string, others: object = {}): TypedOperationSummary =>
  ({
    operation_id: 'op_1',
    operation_type: 'training',
    attempt: 1,
    status,
    completed_at: ['completed', 'failed', 'cancelled'].includes(status) ? AT : null,
    metadata: { strategy: 'momentum' },
    error: null,
    result: null,
    ...others,
  }) as unknown as TypedOperationSummary;

test('an end is reported once', () => {
  const news = new OperationNews();
  expect(news.see(operation('running'), NOW)).toBe(false);
  expect(news.activeIds).toEqual(['op_1']);
  expect(news.see(operation('completed'), NOW)).toBe(true);
  expect(news.see(operation('completed'), NOW)).toBe(false);
  expect(news.activeIds).toEqual([]);
});

test('an end during an interruption is reported, even after a long one', () => {
  const news = new OperationNews();
  news.see(operation('running'), NOW);
  expect(news.see(operation('failed'), NOW + 3_600_000)).toBe(true);
});

test('a removed operation is not requested again', () => {
  const news = new OperationNews();
  news.see(operation('running'), NOW);
  news.forget('op_1');
  expect(news.activeIds).toEqual([]);
});

test('an old end of an operation that was never seen running is not news', () => {
  const news = new OperationNews();
  expect(news.see(operation('completed'), NOW + 3_600_000)).toBe(false);
  expect(news.see(operation('completed'), NOW + 1_000)).toBe(true);
});

test('the end of the next attempt is reported again', () => {
  const news = new OperationNews();
  expect(news.see(operation('failed'), NOW)).toBe(true);
  news.see(operation('running', { attempt: 2 }), NOW);
  expect(news.see(operation('completed', { attempt: 2 }), NOW)).toBe(true);
});

test('a training with an edge is two events', () => {
  const found = operation('completed', { result: { verdict: { label: 'edge' } } }) as TypedOperation;
  expect(eventsOf(found)).toEqual(['completed', 'edge']);
  expect(notificationText(found).title).toBe('Edge found: momentum');
  const none = operation('completed', { result: { verdict: { label: 'no_edge' } } }) as TypedOperation;
  expect(eventsOf(none)).toEqual(['completed']);
  expect(eventsOf(operation('running') as TypedOperation)).toEqual([]);
});

test('a failure says why', () => {
  const failed = operation('failed', { error: { code: 'disk_full', message: 'The disk is full.' } });
  expect(notificationText(failed as TypedOperation)).toEqual({
    title: 'momentum: failed',
    body: 'The disk is full.',
  });
});
