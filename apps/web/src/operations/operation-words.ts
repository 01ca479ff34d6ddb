import { DEFAULT_SEED, isTerminalStatus, type TypedOperationSummary } from '@ktrdr/contracts';
import { formatMetric } from '../format/numbers.js';

/** Symbols that a line names before it counts the rest. */
const MOST_SYMBOLS = 3;

/** What an operation is about, in one line: `momentum AAPL, MSFT 1h`. */
export function subjectOf(operation: TypedOperationSummary): string {
  switch (operation.operation_type) {
    case 'training': {
      const { strategy, symbols, timeframes } = operation.metadata;
      return `${strategy} ${someOf(symbols)} ${timeframes.join(', ')}`;
    }
    case 'backtest': {
      const { model, symbols } = operation.metadata;
      return `${model} ${someOf(symbols)}`;
    }
    case 'import': {
      const { file, symbols } = operation.metadata;
      return symbols.length === 0 ? file : `${file} (${someOf(symbols)})`;
    }
    case 'download': {
      const { symbol, timeframe, source } = operation.metadata;
      return `${symbol} ${timeframe} from ${source}`;
    }
    default:
      return typeTitle(operation.operation_type);
  }
}

/** The name of a type or a phase: `data_check` -> `Data check`. */
function typeTitle(type: string): string {
  return type.charAt(0).toUpperCase() + wordsOf(type.slice(1));
}

function someOf(symbols: readonly string[]): string {
  const more = symbols.length - MOST_SYMBOLS;
  return symbols.slice(0, MOST_SYMBOLS).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** Where an operation runs or ran: `this machine`, or the name of its host. @param hosts names by operation */
export function placeOf(operation: TypedOperationSummary, hosts: ReadonlyMap<string, string>): string {
  if (operation.progress.context.host_service !== true) return 'this machine';
  const host = hosts.get(operation.operation_id);
  if (host !== undefined) return host;
  return operation.status === 'pending' ? 'waits for a host' : 'training host';
}

/** Time that the newest attempt has taken, ms; `null` before it starts. @param now by the API's clock */
export function tookMs(
  { started_at, completed_at }: Pick<TypedOperationSummary, 'started_at' | 'completed_at'>,
  now: number,
): number | null {
  if (started_at === null) return null;
  return Math.max(0, (completed_at === null ? now : Date.parse(completed_at)) - Date.parse(started_at));
}

/** The line beside the bar: the current step, what it waits for, or how it ended. */
export function lineOf(operation: TypedOperationSummary): string {
  const { status, progress, error, cancel_reason } = operation;
  if (status === 'failed') return error?.message ?? 'It failed and gave no reason.';
  if (status === 'cancelled') return cancel_reason === null ? 'Cancelled' : `Cancelled: ${cancel_reason}`;
  if (status === 'completed') {
    return operation.metadata.parameters.dry_run === true
      ? 'A dry run: nothing was trained'
      : bestText(operation);
  }
  return progress.current_step ?? (status === 'pending' ? 'Waiting' : '');
}

/** The line in a list. A running training with one seed shows only its epoch or phase, because its names are beside it. */
export function shortLineOf(operation: TypedOperationSummary): string {
  const { seeds, walk_forward: folds } = operation.metadata.parameters;
  const { current_epoch: epoch, total_epochs: epochs, phase } = operation.progress.context;
  const hasOneRun = (seeds ?? 1) === 1 && (folds ?? null) === null;
  if (operation.status !== 'running' || !hasOneRun || epoch === null || epochs === null || phase === null)
    return lineOf(operation);
  return phase === 'training' ? `Epoch ${epoch} of ${epochs}` : typeTitle(phase);
}

/** The best value of a training so far, of all seeds. */
function bestText(operation: TypedOperationSummary): string {
  const { best_epoch, best_val_loss, best_seed } = operation.progress.context;
  if (best_epoch === null || best_val_loss === null) return '';
  const where =
    typeof best_seed === 'number'
      ? `, seed ${firstSeedOf(operation) + best_seed - 1}`
      : ` in epoch ${best_epoch}`;
  return `Best validation loss ${formatMetric(best_val_loss)}${where}`;
}

/** The first seed of a training; the others follow it. */
export function firstSeedOf({ metadata }: Pick<TypedOperationSummary, 'metadata'>): number {
  return Number(metadata.parameters.seed ?? DEFAULT_SEED);
}

/** True if the operation can still change by itself. */
export function isActive({ status }: Pick<TypedOperationSummary, 'status'>): boolean {
  return !isTerminalStatus(status);
}

/** The words of a name with underscores: `early_stopping` -> `early stopping`. */
export function wordsOf(name: string): string {
  return name.replaceAll('_', ' ');
}
