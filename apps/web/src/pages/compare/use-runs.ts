import type { ModelComparison, TrainingOperation } from '@ktrdr/contracts';
import { ApiError } from '../../api/api-error.js';
import { request } from '../../api/client.js';
import { useResource, type ResourceControl } from '../../live/use-resource.js';
import { isActive } from '../../operations/operation-words.js';
import { pointsOfResult } from '../operation/curve-data.js';
import type { Run } from './compare-data.js';
import { MOST_RUNS } from './run-count.js';

/** What a comparison shows. */
export interface Comparison {
  runs: Run[];
  /** Of those that have a model, if there are two. */
  models: ModelComparison | null;
  /** Runs that cannot be shown, with the reason. */
  missing: string[];
}

/** Reads the trainings, their curves and the comparison of their models; again when one of them ends or has a new epoch. */
export function useRuns(ids: readonly string[], models: readonly string[]): ResourceControl<Comparison> {
  const known = new Map<string, string>();
  return useResource(
    `${ids.join(',')} ${models.join(',')}`,
    (signal) => readComparison(ids, models, signal),
    (change) => {
      if (change.type !== 'operation' || !ids.includes(change.operation.operation_id)) return false;
      const { operation_id: id, status, attempt, progress } = change.operation;
      const state = JSON.stringify([status, attempt, progress.steps_completed]);
      const isNew = known.get(id) !== state && (known.has(id) || isActive(change.operation));
      known.set(id, state);
      return isNew;
    },
  );
}

async function readComparison(
  ids: readonly string[],
  models: readonly string[],
  signal: AbortSignal,
): Promise<Comparison> {
  const missing: string[] = [];
  const fromModels = await Promise.all(models.map((model) => trainingOf(model, signal, missing)));
  const wanted = [...ids, ...fromModels.filter((id) => id !== null)].slice(0, MOST_RUNS);
  const read = await Promise.all(
    wanted.map((id) => readRun(id, signal).catch((error: unknown) => noteMissing(error, id, missing))),
  );
  const runs = read
    .filter((run) => run !== null)
    .map((run, index) => ({ ...run, letter: String.fromCharCode(65 + index), series: index + 1 }));
  const stored = runs.map(({ operation }) => operation.result?.artifacts.model ?? null);
  const all = [...new Set(stored.filter((model) => model !== null))];
  if (all.length < 2) return { runs, models: null, missing };
  const comparison = await request('compareModels', { query: { models: all.join(',') }, signal }).catch(
    (error: unknown) => noteMissing(error, 'The comparison of the models', missing),
  );
  return { runs, models: comparison, missing };
}

/** Id of the training that stored a model. */
async function trainingOf(model: string, signal: AbortSignal, missing: string[]): Promise<string | null> {
  const [strategy = '', version = ''] = model.split('/');
  try {
    return (await request('getModel', { params: { strategy, version }, signal })).metadata.operation_id;
  } catch (error) {
    return noteMissing(error, model, missing);
  }
}

async function readRun(id: string, signal: AbortSignal): Promise<Pick<Run, 'operation' | 'points'>> {
  const [operation, curve] = await Promise.all([
    request('getOperation', { params: { id }, signal }),
    request('getOperationMetrics', { params: { id }, signal }),
  ]);
  if (operation.operation_type !== 'training')
    throw new ApiError({ code: 'invalid_request', message: 'Only trainings can be compared.' }, null);
  const training: TrainingOperation = operation;
  return {
    operation: training,
    points: curve.points.length > 0 ? curve.points : pointsOfResult(training.result),
  };
}

function noteMissing(error: unknown, what: string, missing: string[]): null {
  if (!(error instanceof ApiError)) throw error;
  missing.push(`${what}: ${error.message}`);
  return null;
}
