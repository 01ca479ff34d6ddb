import { percentageText, type Operation } from '@ktrdr/contracts';
import { oneLine } from '../printable.js';
import { secondsBetween } from './duration.js';

/** What a progress display shows: the operation as it was last heard of, and what the CLI knows itself. */
export interface ProgressState {
  operation: Operation;
  /** When it was heard of, UTC ms of this machine. */
  receivedAt: number;
  /** The API does not answer at the moment. */
  lost: boolean;
  /** Ctrl+C was pressed. */
  cancelRequested: boolean;
}

/** The parts of a display, as text without colours; `null` where unknown. */
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
}

/** @param now UTC ms: elapsed and remaining time go on between two reports */
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
    figures: Object.entries(progress.context.metrics ?? {})
      .filter(([, value]) => Number.isFinite(value))
      .map(([name, value]) => `${oneLine(name.replaceAll('_', ' '))} ${figure(value)}`),
  };
}

function message(operation: Operation, mood: ProgressParts['mood']): string {
  const step = oneLine(operation.progress.current_step ?? '');
  if (mood === 'lost') return 'The API does not answer, trying again';
  if (mood === 'cancelling') return step === '' ? 'Cancelling' : `Cancelling: ${step}`;
  if (operation.status === 'pending' && !saysWhatFor(operation)) return 'Waiting to start';
  return step === '' ? `Running ${operation.operation_type}` : step;
}

/** A phase beside training is what the operation waits for: a host, for one. */
function saysWhatFor({ progress: { context } }: Operation): boolean {
  return context.phase !== null && context.phase !== 'training';
}

/** Four decimals, so that the figures beside it do not jump; of very small and large ones four digits. */
function figure(value: number): string {
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  return size >= 0.001 && size < 1_000 ? value.toFixed(4) : value.toPrecision(4);
}
