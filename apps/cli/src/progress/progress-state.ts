import { DEFAULT_SEED, oneLine, percentageText, type Operation } from '@ktrdr/contracts';
import { secondsBetween } from './duration.js';

/** Input of a progress display: the last received operation and the CLI's own state. */
export interface ProgressState {
  operation: Operation;
  /** Local time at which the operation was received, UTC ms. */
  receivedAt: number;
  /** The API does not answer now. */
  lost: boolean;
  /** Ctrl+C was pressed. */
  cancelRequested: boolean;
  /** Loss after each epoch. */
  losses?: readonly number[];
}

/** The parts of a display, as text without colours; `null` if unknown. */
export interface ProgressParts {
  mood: 'going' | 'cancelling' | 'lost';
  message: string;
  /** 0..1 */
  fraction: number;
  percentage: string;
  elapsedSeconds: number | null;
  etaSeconds: number | null;
  /** `train loss 0.9123` */
  figures: string[];
  /** Loss after each epoch, for a sparkline. */
  losses: readonly number[];
}

/** @param now UTC ms; the elapsed and remaining times advance between two updates */
export function progressParts(state: ProgressState, now: number): ProgressParts {
  const { operation, receivedAt, lost, cancelRequested } = state;
  const { progress } = operation;
  const cancelling = cancelRequested || operation.status === 'cancelling';
  const mood = lost ? 'lost' : cancelling ? 'cancelling' : 'going';
  const percentage = Number.isFinite(progress.percentage) ? progress.percentage : 0;
  const eta = progress.eta_seconds;
  return {
    mood,
    message: message(operation, mood),
    fraction: Math.min(1, Math.max(0, percentage / 100)),
    percentage: percentageText(percentage),
    elapsedSeconds: secondsBetween(operation.started_at, new Date(now).toISOString()),
    etaSeconds: eta === null || mood !== 'going' ? null : Math.max(0, eta - (now - receivedAt) / 1000),
    figures: figuresOf(operation),
    losses: state.losses ?? [],
  };
}

/** What matters most comes first: a narrow terminal shows only that. */
function figuresOf({ metadata, progress }: Operation): string[] {
  const { metrics, best_epoch, best_val_loss, best_seed, samples_per_second } = progress.context;
  const firstSeed = Number(metadata.parameters['seed'] ?? DEFAULT_SEED);
  const known = Object.entries(metrics ?? {})
    .filter(([, value]) => Number.isFinite(value))
    .toSorted(([one], [other]) => rank(one) - rank(other))
    .map(([name, value]) => `${oneLine(name.replaceAll('_', ' '))} ${figure(value)}`);
  const best =
    typeof best_val_loss === 'number' && typeof best_epoch === 'number'
      ? [
          `best ${figure(best_val_loss)} (${typeof best_seed === 'number' ? `seed ${firstSeed + best_seed - 1}, ` : ''}epoch ${best_epoch})`,
        ]
      : [];
  const speed = typeof samples_per_second === 'number' ? [`${rate(samples_per_second)} samples/s`] : [];
  const [first, ...others] = known;
  return [...(first === undefined ? [] : [first]), ...best, ...speed, ...others];
}

const FIRST_METRICS = ['val_loss', 'train_loss'];

function rank(name: string): number {
  const index = FIRST_METRICS.indexOf(name);
  return index === -1 ? FIRST_METRICS.length : index;
}

/** `12.3k` */
function rate(value: number): string {
  if (value >= 1_000_000) return `${(value / 1_000_000).toFixed(1)}M`;
  return value >= 10_000 ? `${(value / 1_000).toFixed(1)}k` : String(Math.round(value));
}

function message(operation: Operation, mood: ProgressParts['mood']): string {
  const step = oneLine(operation.progress.current_step ?? '');
  if (mood === 'lost') return 'The API does not answer; retrying';
  if (mood === 'cancelling') return step === '' ? 'Cancelling' : `Cancelling: ${step}`;
  if (operation.status === 'pending' && !hasWaitingPhase(operation)) return 'Waiting to start';
  return step === '' ? `Running ${operation.operation_type}` : step;
}

/** Whether the phase names what a pending operation waits for, such as a host. */
function hasWaitingPhase({ progress: { context } }: Operation): boolean {
  return context.phase !== null && context.phase !== 'training';
}

/** Four decimals, so that neighbouring metrics do not move; four significant digits for very small and large values. */
function figure(value: number): string {
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  return size >= 0.001 && size < 1_000 ? value.toFixed(4) : value.toPrecision(4);
}
