import { isTerminalStatus, oneLine, type TypedOperation } from '@ktrdr/contracts';
import { ApiError, CliError } from './cli-error.js';
import type { CommandContext } from './context.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { listenForInterrupts } from './interrupts.js';
import { PlainProgress } from './progress/plain-progress.js';
import type { ProgressDisplay } from './progress/progress-display.js';
import { type TrainingRow, TrainingBoard } from './progress/training-board.js';
import type { ReadOptions } from './read-options.js';
import type { Presentation } from './supervise-operation.js';
import { counted } from './views/numbers.js';

/** One line of `--json`: a training of several has started, has ended, was refused, or can no longer be followed. */
export interface TrainingEvent {
  file: string;
  event: 'started' | 'ended' | 'refused' | 'lost';
  /** `null` before it has an id. */
  operation_id: string | null;
  /** With its result, once it has ended. */
  operation: TypedOperation | null;
  error: { code: string; message: string } | null;
}

/** Trains one file. @param mayStart resolves when it is its turn */
type Train = (
  file: string,
  mayStart: () => Promise<void>,
  presentation: Presentation | undefined,
) => Promise<ExitCode>;

/**
 * Trains several files, which start in their order. A failure of one does not end the others. Ctrl+C cancels all that were started
 * and waits for them.
 */
export async function trainMany(
  context: CommandContext,
  files: readonly string[],
  options: ReadOptions & { detach?: boolean },
  train: Train,
): Promise<ExitCode> {
  const { output, signals, clock } = context;
  const isDrawn = output.live && !options.json && !options.quiet && !options.detach;
  const rows = files.map((file): TrainingRow => ({ file, state: null, end: null }));
  const board = isDrawn ? new TrainingBoard(output, clock, rows) : null;
  let isInterrupted = false;
  const stopListening = listenForInterrupts(signals, clock, {
    onInterrupt: () => (isInterrupted = true),
    onTerminate: () => (isInterrupted = true),
  });
  let turn = Promise.resolve();
  const models: string[] = [];
  const one = async (row: TrainingRow): Promise<ExitCode> => {
    const before = turn;
    // the next file starts after this one has its operation, or was refused
    let begun = (): void => {};
    const isBegun = new Promise<void>((resolve) => (begun = resolve));
    turn = before.then(() => isBegun);
    const mayStart = async (): Promise<void> => {
      await before;
      if (isInterrupted) throw new CliError('Not started: you pressed Ctrl+C first.', EXIT.cancelled);
    };
    const presentation = options.detach ? undefined : present(context, row, board, options, models, begun);
    try {
      return await train(row.file, mayStart, presentation);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      refuse(context, row, error, options);
      return error.exitCode;
    } finally {
      begun();
    }
  };
  let codes: ExitCode[];
  try {
    board?.begin();
    codes = await Promise.all(rows.map(one));
  } finally {
    stopListening();
    board?.stop();
  }
  if (!options.json && !options.quiet && !options.detach) {
    for (const row of board === null ? [] : rows) output.out(board?.ended(row) ?? '');
    output.out(summary(codes));
    if (models.length > 1) output.out(`  compare them: ktrdr models compare ${models.join(' ')}`);
  }
  return worst(codes);
}

function present(
  { output, clock }: CommandContext,
  row: TrainingRow,
  board: TrainingBoard | null,
  options: ReadOptions,
  models: string[],
  begun: () => void,
): Presentation {
  const line = (event: Omit<TrainingEvent, 'file'>): void => output.jsonLine({ file: row.file, ...event });
  const named = (text: string): string =>
    text
      .split('\n')
      .map((one) => `${row.file}: ${one.trimStart()}`)
      .join('\n');
  const plain = new PlainProgress((text) => output.out(named(text)), clock);
  const isSilent = options.json === true || options.quiet === true;
  let isKnown = false;
  const display: ProgressDisplay = {
    show: (state) => {
      begun();
      row.state = state;
      const { operation_id } = state.operation;
      if (!isKnown && options.json) line({ event: 'started', operation_id, operation: null, error: null });
      isKnown = true;
      if (board === null && !isSilent) plain.show(state);
    },
    note: (text) => {
      if (board !== null) board.note(named(text));
      else if (!isSilent) plain.note(text);
    },
    stop: () => {},
  };
  return {
    display,
    end: (operation) => {
      begun();
      row.end = { operation, error: null };
      const model = operation.operation_type === 'training' ? operation.result?.artifacts.model : null;
      if (model !== null && model !== undefined) models.push(model);
      const { operation_id } = operation;
      if (options.json) line({ event: 'ended', operation_id, operation, error: operation.error });
      else if (options.quiet) {
        if (model !== null && model !== undefined) output.out(model);
        if (operation.error !== null) output.err(`${row.file}: ${oneLine(operation.error.message)}`);
      } else if (board === null) output.out(TrainingBoard.endText(row, output.style));
      return exitCodeOf(operation);
    },
    started: () => {},
    left: () => {
      row.end = null;
      if (!isSilent) output.err(`${row.file}: detached; see ktrdr operations list`);
    },
  };
}

function refuse({ output }: CommandContext, row: TrainingRow, error: CliError, options: ReadOptions): void {
  const id = row.state?.operation.operation_id ?? null;
  const code = error instanceof ApiError ? error.code : id === null ? 'not_started' : 'not_followed';
  row.end = { operation: null, error: error.message };
  if (options.json) {
    const event: TrainingEvent = {
      file: row.file,
      event: id === null ? 'refused' : 'lost',
      operation_id: id,
      operation: null,
      error: { code, message: error.message },
    };
    output.jsonLine(event);
  } else if (!output.live || options.quiet) output.err(`${row.file}: ${oneLine(error.message)}`);
}

function exitCodeOf({ status }: TypedOperation): ExitCode {
  if (status === 'completed') return EXIT.completed;
  return status === 'cancelled' || !isTerminalStatus(status) ? EXIT.cancelled : EXIT.failed;
}

function summary(codes: readonly ExitCode[]): string {
  const sizes = [
    [codes.filter((code) => code === EXIT.completed).length, 'completed'],
    [codes.filter((code) => code === EXIT.failed || code === EXIT.usage).length, 'failed'],
    [codes.filter((code) => code === EXIT.cancelled || code === EXIT.terminated).length, 'cancelled'],
  ] as const;
  const parts = sizes.filter(([size]) => size > 0).map(([size, word]) => `${size} ${word}`);
  return `\n${counted(codes.length, 'training')}: ${parts.join(', ')}.`;
}

/** 1 if one failed or was refused, else 143 or 130 if one was cancelled. */
function worst(codes: readonly ExitCode[]): ExitCode {
  if (codes.some((code) => code === EXIT.failed || code === EXIT.usage)) return EXIT.failed;
  return [EXIT.terminated, EXIT.cancelled].find((code) => codes.includes(code)) ?? EXIT.completed;
}
