import { type EngineSetting, KtrdrError, type TrainingSpec } from '@ktrdr/contracts';
import type { BarsFolders } from '@ktrdr/market-data';
import type { Strategy } from '@ktrdr/strategy';
import type { SpeedMeter } from './speed-meter.js';
import { estimateTraining, type TrainingEstimate } from './training-estimate.js';

/** What trainings may use on this machine. */
export interface TrainingLimits {
  /** Number of trainings that compute at a time. */
  mostAtOnce: number;
  /** Threads of all trainings that compute at a time. Each training has at least one. */
  threads: number;
  /** Memory of all trainings that compute at a time, MB. */
  memoryMb: number;
  /** Estimated hours of one training; `0`: no limit. */
  hours: number;
}

/** A training process may use this multiple of its estimate, and {@link SPARE_MB} more. */
const ENFORCED_SHARE = 2;
const SPARE_MB = 512;
/** A shorter training is not used to measure the speed, s. */
const LEAST_SECONDS = 2;
/** Other work can slow a training down for a while: a correction is not larger than this. */
const MOST_SLOWNESS = 10;

/** An estimate, and the limits that it exceeds. */
export interface BudgetedEstimate extends TrainingEstimate {
  over: ('time' | 'memory')[];
}

/**
 * Refuses trainings that this machine cannot do in reasonable time and memory. Corrects its estimates of the time with the speed
 * of the trainings that ran here.
 */
export class TrainingBudget {
  /** Measured time of a row, relative to the estimate, by engine and type of network. */
  private readonly slowness = new Map<string, number>();

  /** @param engine the engine of this machine's settings */
  constructor(
    private readonly limits: TrainingLimits,
    private readonly engine: EngineSetting,
  ) {}

  /**
   * @returns the estimate, if it is within the limits
   * @throws KtrdrError `over_budget` with the numbers; as `barsFileFacts`
   */
  async check(strategy: Strategy, spec: TrainingSpec, folders: BarsFolders): Promise<TrainingEstimate> {
    const { over, ...estimate } = await this.estimate(strategy, spec, folders);
    if (over.length > 0) throw overBudget(estimate, this.limits, over);
    return estimate;
  }

  /** @throws KtrdrError as `barsFileFacts` */
  async estimate(strategy: Strategy, spec: TrainingSpec, folders: BarsFolders): Promise<BudgetedEstimate> {
    const estimated = await estimateTraining(strategy, spec, folders, this.limits, this.engine);
    const hours = estimated.hours * (this.slowness.get(keyOf(estimated, strategy.model.type)) ?? 1);
    const { limits } = this;
    const over: BudgetedEstimate['over'] = [
      ...(limits.hours > 0 && hours > limits.hours ? (['time'] as const) : []),
      ...(estimated.memoryMb > limits.memoryMb ? (['memory'] as const) : []),
    ];
    return { ...estimated, hours, over };
  }

  /** Memory that a training reserves, and at which its process is ended, MB. */
  enforcedMb({ memoryMb }: TrainingEstimate): number {
    return Math.ceil(Math.min(this.limits.memoryMb, memoryMb * ENFORCED_SHARE + SPARE_MB));
  }

  /** A training of a type of network has run. Runs that are too short to measure change nothing. */
  learn(model: string, estimate: TrainingEstimate, { measured }: Pick<SpeedMeter, 'measured'>): void {
    const { items, seconds } = measured;
    if (seconds < LEAST_SECONDS || items === 0) return;
    const { rows, passes, coreHours } = estimate;
    const estimated = coreHours * 3_600 * (items / (rows * passes));
    this.slowness.set(
      keyOf(estimate, model),
      Math.min(Math.max(seconds / estimated, 1 / MOST_SLOWNESS), MOST_SLOWNESS),
    );
  }
}

function keyOf({ engine }: TrainingEstimate, model: string): string {
  return `${engine} ${model}`;
}

function overBudget(
  { weights, rows, passes, hours, memoryMb }: TrainingEstimate,
  limits: TrainingLimits,
  over: readonly ('time' | 'memory')[],
): KtrdrError {
  const needs = over.map((what) =>
    what === 'time'
      ? `about ${number(hours)} hours (limit: ${number(limits.hours)}, TRAINING_MAX_HOURS)`
      : `about ${number(memoryMb)} MB of memory (limit: ${number(limits.memoryMb)}, TRAINING_MAX_MEMORY_MB)`,
  );
  return new KtrdrError(
    'over_budget',
    `The training is over the budget: it needs ${needs.join(' and ')}, for ${number(weights)} weights, ` +
      `up to ${number(rows)} rows and ${number(passes)} passes over them. ` +
      `Use fewer units, ${over.includes('time') ? 'epochs' : 'features'} or rows (a shorter date range), or raise the setting.`,
    {
      details: {
        over,
        estimated_hours: rounded(hours),
        max_hours: limits.hours,
        estimated_memory_mb: Math.ceil(memoryMb),
        max_memory_mb: limits.memoryMb,
        weights,
        rows,
        passes,
      },
    },
  );
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

/** `1,234`, with three significant digits below 100. */
function number(value: number): string {
  return (value < 100 ? rounded(value) : Math.round(value)).toLocaleString('en');
}
