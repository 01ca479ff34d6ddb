import {
  EMPTY_PROGRESS_CONTEXT,
  oneLine,
  printable,
  VERDICT_LABELS,
  isTerminalStatus,
  percentageText,
  type TypedOperation,
  type OperationHistoryEntry,
  type OperationList,
  type OperationProgress,
  type OperationStatus,
  type TypedOperationSummary,
  type VerdictLabel,
} from '@ktrdr/contracts';
import { formatDuration, formatTook, secondsBetween } from '../progress/duration.js';
import { type ProgressParts, progressParts } from '../progress/progress-state.js';
import type { Screen } from '../screen.js';
import type { Style } from '../style.js';
import { ago } from './ago.js';
import { shownOr } from './damaged-record.js';
import { issueLinesOf } from './issues-view.js';
import { count, counted, instant, moment } from './numbers.js';
import { errorDetails, resultView } from './outcome-view.js';
import { pairs, textTable } from './text-table.js';
import { labelText } from './verdict-view.js';
import { warningsView } from './warnings-view.js';

/** Symbols of an import that a line names. */
const MOST_SYMBOLS = 3;

/** One line per operation, newest first. */
export function operationsView(list: OperationList, offset: number, screen: Screen): string {
  const { operations, total_count, active_count } = list;
  if (operations.length === 0) {
    return total_count === 0 ? 'No operations.' : `No operations after the first ${count(offset)}.`;
  }
  const last = offset + operations.length;
  const more = last < total_count ? ` (next: --offset ${last})` : '';
  const shown = operations.length === total_count ? '' : `${count(offset + 1)} to ${count(last)} of `;
  return `${operationsTable(operations, screen)}\n\n  ${shown}${counted(total_count, 'operation')}${more}, ${count(active_count)} active`;
}

/** One line per operation. */
export function operationsTable(
  operations: readonly TypedOperationSummary[],
  { columns, now, style }: Screen,
): string {
  const isJudged = operations.some((operation) => verdictOf(operation) !== null);
  return textTable(
    [
      { head: 'operation' },
      { head: 'status', least: 17 },
      ...(isJudged ? [{ head: 'verdict', drop: 2 }] : []),
      { head: 'took', align: 'right', drop: 4 },
      { head: 'created', drop: 3 },
      { head: 'about', least: 14, drop: 1 },
    ],
    operations.map((operation) => {
      const orDamaged = (view: () => string): string => shownOr(view, () => 'damaged record');
      return [
        String(operation.operation_id),
        colourOf(operation.status, style)(orDamaged(() => stateText(operation))),
        ...(isJudged ? [labelText(verdictOf(operation), style)] : []),
        orDamaged(() => took(operation, now)),
        orDamaged(() => ago(operation.created_at, now)),
        orDamaged(() => subject(operation)),
      ];
    }),
    style,
    columns,
  );
}

/** A damaged record has no verdict. */
function verdictOf({ progress }: TypedOperationSummary): VerdictLabel | null {
  const { verdict } = (progress as OperationProgress | null)?.context ?? EMPTY_PROGRESS_CONTEXT;
  return VERDICT_LABELS.find((label) => label === verdict) ?? null;
}

/** Details of one operation. Its history is shown after more than one attempt, or if `verbose`. @param now UTC ms */
export function operationView(
  operation: TypedOperation,
  history: readonly OperationHistoryEntry[],
  options: Screen & { verbose: boolean | undefined },
): string {
  return shownOr(
    () => wholeOperationView(operation, history, options),
    (reason) => {
      const id = String(operation.operation_id);
      return `Operation ${id} cannot be shown: its record is damaged (${reason}). See it as it is: ktrdr operations show ${id} --json`;
    },
  );
}

function wholeOperationView(
  operation: TypedOperation,
  history: readonly OperationHistoryEntry[],
  { verbose, ...screen }: Screen & { verbose: boolean | undefined },
): string {
  const { now, style } = screen;
  const { metadata, error, status, progress, cancel_reason } = operation;
  const ended = isTerminalStatus(status);
  const parameters = Object.entries(metadata.parameters).filter(([, value]) => value !== null);
  const state = { operation, receivedAt: now, lost: false, cancelRequested: false };
  const sections = [
    pairs(
      [
        ['operation', style.bold(operation.operation_id)],
        ['type', operation.operation_type],
        ['status', colourOf(status, style)(status)],
        ['attempt', operation.attempt > 1 ? String(operation.attempt) : null],
        ['reason', cancel_reason === null ? null : printable(cancel_reason)],
        ['progress', percentageText(progress.percentage)],
        ['now', ended ? null : nowText(progressParts(state, now))],
        [
          'resume with',
          ended && operation.resumable ? `ktrdr operations resume ${operation.operation_id}` : null,
        ],
        ['about', subject(operation)],
        ['range', rangeOf(operation)],
        ['created', `${instant(operation.created_at)} (${ago(operation.created_at, now)})`],
        [ended ? 'took' : 'elapsed', took(operation, now)],
        ...(verbose
          ? parameters.map(([name, value]): [string, string] => [name.replaceAll('_', ' '), plain(value)])
          : []),
        ['error', error === null ? null : [printable(error.message), ...issueLinesOf(error)].join('\n')],
        ['code', error === null || verbose ? null : printable(error.code)],
        ...(verbose && error !== null
          ? [['', errorDetails(error, style).join('\n')] as [string, string]]
          : []),
      ],
      style,
    ),
    status === 'completed' ? resultView(operation, verbose, screen) : '',
    warningsView(operation.warnings, style),
    operation.attempt > 1 || verbose ? historyView(history, style) : '',
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

/** One line per status change. */
function historyView(history: readonly OperationHistoryEntry[], style: Style): string {
  return textTable(
    [{ head: 'history (UTC)' }, { head: 'attempt', align: 'right' }, { head: 'status' }, { head: 'why' }],
    history.map(({ at, attempt, status, cause }) => [
      moment(at),
      String(attempt),
      colourOf(status, style)(status),
      cause === null ? '' : oneLine(cause),
    ]),
    style,
  );
}

/** `completed`, `running 42.1%` or `cancelled, resumable`; `interrupted` if the operation failed because its process was lost. */
function stateText({ status, progress, error, resumable }: TypedOperationSummary): string {
  if (!isTerminalStatus(status)) return `${status} ${percentageText(progress.percentage)}`;
  const end = error?.code === 'interrupted' ? error.code : status;
  return resumable ? `${end}, resumable` : end;
}

function took({ started_at, completed_at }: TypedOperationSummary, now: number): string {
  const seconds = secondsBetween(started_at, completed_at ?? new Date(now).toISOString());
  return seconds === null ? '-' : formatTook(seconds);
}

/** `test_strategy AAPL 1h` for a training, `test_strategy/1h_v1 AAPL` for a backtest; the current step, or the type, for other types. */
function subject(operation: TypedOperationSummary): string {
  if (operation.operation_type === 'training') {
    const { strategy, symbols, timeframes, parameters } = operation.metadata;
    const dryRun = parameters['dry_run'] === true ? ' (dry run)' : '';
    return oneLine(`${strategy} ${symbols.join(',')} ${timeframes.join(',')}${dryRun}`);
  }
  if (operation.operation_type === 'backtest') {
    const { model, symbols } = operation.metadata;
    return oneLine(`${model} ${symbols.join(',')}`);
  }
  if (operation.operation_type === 'import') {
    const { file, symbols } = operation.metadata;
    return oneLine(`${file}: ${someOf(symbols)}`);
  }
  if (operation.operation_type === 'download') {
    const { symbol, timeframe, source } = operation.metadata;
    return oneLine(`${symbol} ${timeframe} from ${source}`);
  }
  return oneLine(operation.progress.current_step ?? operation.operation_type);
}

function someOf(symbols: readonly string[]): string {
  const more = symbols.length - MOST_SYMBOLS;
  return symbols.slice(0, MOST_SYMBOLS).join(',') + (more > 0 ? ` and ${count(more)} more` : '');
}

function nowText({ message, etaSeconds, figures }: ProgressParts): string {
  const eta = etaSeconds === null ? [] : [`ETA ${formatDuration(etaSeconds)}`];
  return [message, ...figures, ...eta].join('\n');
}

function rangeOf(operation: TypedOperation): string | null {
  if (operation.operation_type !== 'training' && operation.operation_type !== 'backtest') return null;
  const { start_date, end_date } = operation.metadata;
  if (start_date === null && end_date === null) return null;
  return printable(`${start_date ?? 'the first bar'} to ${end_date ?? 'the last bar'}`);
}

function plain(value: unknown): string {
  return printable(typeof value === 'string' ? value : JSON.stringify(value));
}

function colourOf(status: OperationStatus, style: Style): (text: string) => string {
  switch (status) {
    case 'completed':
      return style.green;
    case 'failed':
      return style.red;
    case 'cancelling':
    case 'cancelled':
      return style.yellow;
    case 'running':
    case 'pending':
      return style.cyan;
    default:
      return String;
  }
}
