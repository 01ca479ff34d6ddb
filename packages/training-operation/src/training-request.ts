import { TRAINING_OPTION_DEFAULTS } from '@ktrdr/contracts';
import type { TrainingPriority, TrainingResult, TrainingSpec } from '@ktrdr/contracts';
import type { ManagedOperation } from '@ktrdr/orchestrator';
import type { Strategy } from '@ktrdr/strategy';
import { trainingSteps } from './training-progress.js';

/** A checked training: its strategy is valid, and its dates and bars exist. Managers and places pass it on. */
export interface TrainingRequest {
  /** The spec's strategy. The request's symbols and timeframes replace those of the file. */
  strategy: Strategy;
  spec: TrainingSpec;
  /** Warnings about the strategy file, each as `file:line:column path: message`. */
  warnings: string[];
  /** Starting twice with the same id gives one operation. */
  taskId?: string;
  /** Priority in a queue. */
  priority?: TrainingPriority;
  user?: string;
}

type TrainingOperation = Pick<
  ManagedOperation<TrainingResult, 'training'>,
  'type' | 'metadata' | 'steps' | 'initialContext' | 'startMessage'
>;

/** The operation of a training, at the API and on a host. `hostService`: it runs on a host. */
export function describeTraining(
  { strategy, spec }: Pick<TrainingRequest, 'strategy' | 'spec'>,
  hostService: boolean,
): TrainingOperation {
  const { symbols, timeframes, name } = strategy;
  const { model, training } = strategy;
  return {
    type: 'training',
    metadata: {
      symbols,
      timeframes,
      strategy: name,
      start_date: spec.start_date ?? strategy.dateRange.start ?? null,
      end_date: spec.end_date ?? strategy.dateRange.end ?? null,
      parameters: {
        strategy_file: spec.strategy_file,
        base_timeframe: strategy.baseTimeframe,
        model_type: model.type,
        epochs: training.epochs,
        batch_size: training.batchSize,
        learning_rate: training.learningRate,
        data_mode: 'local',
        ...optionParameters(spec),
      },
    },
    steps: trainingSteps(spec.walk_forward, spec.seeds),
    initialContext: {
      model_type: model.type,
      symbols,
      timeframes,
      strategy: name,
      total_epochs: training.epochs,
      phase: 'starting',
      host_service: hostService,
    },
    startMessage: `${spec.dry_run ? 'A dry run' : 'Training'} of ${name} on ${symbols.join(', ')} has started.`,
  };
}

/** Options that have their own key in the metadata. */
const SHOWN_APART: ReadonlySet<string> = new Set(['symbols', 'timeframes', 'start_date', 'end_date']);

const SHOWN_OPTIONS = Object.entries(TRAINING_OPTION_DEFAULTS).filter(([name]) => !SHOWN_APART.has(name));

/** Value of every option; `null` if it has none. */
function optionParameters(spec: TrainingSpec): Record<string, unknown> {
  return Object.fromEntries(
    SHOWN_OPTIONS.map(([name, fallback]) => [name, spec[name as keyof TrainingSpec] ?? fallback]),
  );
}
