import assert from 'node:assert/strict';
import type {
  MetricPoint,
  Operation,
  OperationProgress,
  OperationType,
  TimelinePhase,
  TrainingMetadata,
} from '@ktrdr/contracts';
import { jsonCopy, newOperation, type StatusChange } from '../operation.js';
import type { Lease, OperationStore, Written } from '../operation-store.js';

export const AT = '2026-01-05T10:00:00.000Z';
export const LATER = '2026-01-05T10:00:07.000Z';
export const RUN: StatusChange = { to: 'running', at: AT };
export const RESUME: StatusChange = { to: 'pending', at: LATER, from: 'checkpoint' };
export const CANCEL: StatusChange = { to: 'cancelling', at: LATER, reason: 'enough' };
export const COMPLETE: Extract<StatusChange, { to: 'completed' }> = {
  to: 'completed',
  at: LATER,
  result: { rows: [1, 2, 3] },
};

export function sample(number: number, type: OperationType = 'training'): Operation {
  return newOperation({
    id: `op_${type}_20260105T1000${String(number).padStart(2, '0')}_abcd`,
    type,
    metadata: trainingMetadata(),
    createdAt: `2026-01-05T10:00:${String(number).padStart(2, '0')}.000Z`,
  });
}

function trainingMetadata(): TrainingMetadata {
  return {
    symbols: ['AAPL', 'MSFT'],
    timeframes: ['1h'],
    strategy: 'test_strategy',
    start_date: '2024-01-01',
    end_date: null,
    parameters: { seed: 42, nested: { list: [1, null, 'é'] } },
  };
}

/** Compares the JSON of both, not their prototypes, which differ if a test framework has its own realms. */
export function assertSame(actual: unknown, expected: unknown): void {
  assert.deepEqual(jsonCopy(actual), jsonCopy(expected));
}

export const LEASE: Lease = { owner: 'one', ms: 60_000 };

export function create(store: OperationStore, operation: Operation, taskId?: string): Promise<Written> {
  const { parameters } = operation.metadata;
  return store.create({ operation, request: { parameters }, taskId, lease: LEASE });
}

export async function get(store: OperationStore, operationId: string): Promise<Operation | null> {
  return (await store.get(operationId))?.operation ?? null;
}

export function save(
  store: OperationStore,
  operationId: string,
  epoch: number,
  progress: OperationProgress,
  warnings: string[],
): Promise<boolean> {
  return store.saveProgress(operationId, epoch, { progress, warnings, resumable: false });
}

/** Creates operation `number` and sets it to `running`. */
export async function running(
  store: OperationStore,
  number = 1,
  type: OperationType = 'training',
): Promise<Operation> {
  const { operation } = await create(store, sample(number, type));
  return (await store.transition(operation.operation_id, 1, ['pending'], RUN)).operation;
}

export function point(epoch: number, change: Partial<MetricPoint> = {}): MetricPoint {
  return {
    attempt: 1,
    seed: null,
    epoch,
    at: AT,
    train_loss: 1 / epoch,
    val_loss: null,
    train_accuracy: 0.5,
    val_accuracy: 0.25,
    learning_rate: 0.001,
    samples_per_second: 1e-300,
    ...change,
  };
}

export const PHASES: TimelinePhase[] = [
  { attempt: 1, phase: 'loading bars', started_at: AT, ended_at: LATER },
  { attempt: 1, phase: 'training \0 é', started_at: LATER, ended_at: null },
];
