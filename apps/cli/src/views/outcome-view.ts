import { printable, type ErrorBody, type TypedOperation } from '@ktrdr/contracts';
import { EXIT, type ExitCode } from '../exit-code.js';
import type { Output } from '../output.js';
import { formatTook, secondsBetween } from '../progress/duration.js';
import type { ReadOptions } from '../read-options.js';
import type { Style } from '../style.js';
import { backtestView } from './backtest-view.js';
import { storedBarsView } from './bars-view.js';
import { downloadView } from './download-view.js';
import { shownOr } from './damaged-record.js';
import { issueLinesOf } from './issues-view.js';
import { pairs } from './text-table.js';
import type { Terminal } from './terminal.js';
import { trainingResultView } from './training-result-view.js';

export interface OutcomeOptions extends ReadOptions {
  /** Ctrl+C was pressed before the operation ended. */
  cancelRequested: boolean;
}

/** Prints the outcome and the result of an ended operation. @returns the matching exit code */
export function showOutcome(output: Output, operation: TypedOperation, options: OutcomeOptions): ExitCode {
  const exitCode = exitCodeOf(operation);
  if (options.json) {
    output.json(operation);
    if (exitCode === EXIT.failed) output.err(failure(operation, options.verbose, output.errorStyle, false));
    return exitCode;
  }
  const mark = output.live;
  if (options.quiet && operation.status !== 'failed') {
    for (const name of namesOf(operation)) output.out(name);
    return exitCode;
  }
  if (operation.status === 'failed') {
    output.err(failure(operation, options.verbose, output.errorStyle, mark));
    if (operation.resumable) output.note(howToContinue(operation));
    return exitCode;
  }
  output.out(headline(operation, options.cancelRequested, output.style, mark));
  if (operation.status === 'cancelled') output.out(howToContinue(operation));
  // the width of an Output is a getter, which a copy of the object would lose
  const terminal = { columns: output.columns, unicode: output.unicode, style: output.style };
  const view = operation.status === 'completed' ? resultView(operation, options.verbose, terminal) : '';
  if (view !== '') output.out(`\n${view}`);
  return exitCode;
}

/** `--quiet`: the model of a training, the files of an import or a download. */
function namesOf({ operation_type, result }: TypedOperation): string[] {
  if (result === null) return [];
  if (operation_type === 'training') return result.artifacts.model === null ? [] : [result.artifacts.model];
  if (operation_type === 'import' || operation_type === 'download')
    return result.stored.map(({ file }) => file);
  return [];
}

function exitCodeOf({ status }: TypedOperation): ExitCode {
  if (status === 'completed') return EXIT.completed;
  return status === 'cancelled' ? EXIT.cancelled : EXIT.failed;
}

/** The command for the next attempt of an operation that was cancelled or has failed. */
function howToContinue({ operation_id, resumable }: TypedOperation): string {
  return resumable
    ? `  to resume it: ktrdr operations resume ${operation_id}`
    : `  to start it again: ktrdr operations retry ${operation_id}`;
}

function headline(operation: TypedOperation, cancelRequested: boolean, style: Style, mark: boolean): string {
  const seconds = secondsBetween(operation.started_at, operation.completed_at);
  if (operation.status === 'cancelled') {
    const after = seconds === null ? '' : ` after ${formatTook(seconds)}`;
    return `${mark ? style.yellow('■ ') : ''}${style.bold('cancelled')}${after}`;
  }
  const took = seconds === null ? '' : ` in ${formatTook(seconds)}`;
  const late = cancelRequested ? ', before the cancel took effect' : '';
  return `${mark ? style.green('✔ ') : ''}${style.bold('completed')}${took}${late}`;
}

function failure(
  { error }: TypedOperation,
  verbose: boolean | undefined,
  style: Style,
  mark: boolean,
): string {
  const lines = [
    `${mark ? style.red('✖ ') : ''}${style.bold('failed')}: ${error === null ? 'the API gave no reason' : printable(error.message)}`,
    ...issueLinesOf(error),
  ];
  if (error !== null && verbose) lines.push(...errorDetails(error, style));
  return lines.join('\n');
}

/** Code and details of an error, for `--verbose`. */
export function errorDetails({ code, details }: ErrorBody, style: Style): string[] {
  return [
    style.dim(`code: ${code}`),
    ...(details === undefined || details === null
      ? []
      : [style.dim(`details: ${printable(JSON.stringify(details))}`)]),
  ];
}

/** The result of an ended operation. Types without their own view show their plain values. */
export function resultView(
  operation: TypedOperation,
  verbose: boolean | undefined,
  terminal: Terminal,
): string {
  return shownOr(
    () => knownResultView(operation, verbose, terminal),
    (reason) =>
      `  This result cannot be shown: it is not the result of a ${operation.operation_type} (${reason}). See it as it is: ktrdr operations show ${operation.operation_id} --json`,
  );
}

function knownResultView(
  operation: TypedOperation,
  verbose: boolean | undefined,
  terminal: Terminal,
): string {
  const { style } = terminal;
  if (typeof operation.result !== 'object' || operation.result === null) return '';
  if (operation.operation_type === 'training') {
    const { total_epochs } = operation.progress.context;
    return trainingResultView(operation.result, { verbose, terminal, epochsAsked: total_epochs });
  }
  if (operation.operation_type === 'backtest') return backtestView(operation.result, terminal);
  if (operation.operation_type === 'download') return downloadView(operation.result, style);
  if (operation.operation_type === 'import') return storedBarsView(operation.result.stored, style);
  const values = Object.entries(operation.result) as [string, unknown][];
  return pairs(
    values
      .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
      .map(([name, value]) => [name.replaceAll('_', ' '), plainValue(value as string | number | boolean)]),
    style,
  );
}

function plainValue(value: string | number | boolean): string {
  // three decimals are enough, for example for seconds
  return printable(String(typeof value === 'number' ? Number(value.toFixed(3)) : value));
}
