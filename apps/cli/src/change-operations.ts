import {
  actionRefusal,
  isTerminalStatus,
  type OperationAction,
  type OperationStarted,
  oneLine,
  type TypedOperation,
  type TypedOperationSummary,
} from '@ktrdr/contracts';
import { type ApiClient, operationPath } from './api-client.js';
import { cancelReason } from './cancel-reason.js';
import { matchingOperations, namedOperations } from './choose-operations.js';
import { ApiError, ApiUnreachableError, CliError, UsageError } from './cli-error.js';
import { confirm } from './confirm.js';
import { type CommandContext, openApi } from './context.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { followOperation } from './follow-operation.js';
import { listenForInterrupts } from './interrupts.js';
import { type FilterOptions, filterText } from './operation-filters.js';
import type { ReadOptions } from './read-options.js';
import { screenOf } from './screen.js';
import { counted } from './views/numbers.js';
import { operationsTable } from './views/operations-view.js';

/** Requests at the same time. */
const AT_ONCE = 4;

export interface ChangeOptions extends FilterOptions, ReadOptions {
  /** Skips the confirmation. */
  yes?: boolean;
  /** Of a cancel. */
  reason?: string;
  force?: boolean;
}

/** One line of `--json`: what became of one operation. */
export interface OperationChange {
  operation_id: string;
  change: OperationAction;
  /**
   * `done`: cancelled, or the next attempt has started. `ended`: it completed or failed before the cancel took effect. `refused`: the
   * API refused the request. `left`: Ctrl+C was pressed first.
   */
  outcome: 'done' | 'ended' | 'refused' | 'left';
  /** Status of the operation, as far as it is known. */
  status: TypedOperationSummary['status'];
  /** Why it was refused. */
  error: { code: string; message: string } | null;
}

const WORDS = {
  cancel: { done: 'cancelled', asked: 'Cancel', none: 'is active' },
  resume: { done: 'resumed', asked: 'Resume', none: 'can be resumed' },
  retry: { done: 'started again', asked: 'Retry', none: 'can be started again' },
} as const;

/**
 * Cancels, resumes or retries several operations: shows exactly which, asks, and sends one request for each. A cancel returns when
 * their work has ended. Ctrl+C sends no more requests; what has been sent continues.
 *
 * @throws UsageError without a terminal for the question and without `yes`
 */
export async function changeOperations(
  context: CommandContext,
  change: OperationAction,
  ids: readonly string[],
  options: ChangeOptions,
): Promise<ExitCode> {
  const { clock, output } = context;
  const left = new AbortController();
  const api = openApi(context, { verbose: options.verbose, signal: left.signal });
  const found =
    ids.length > 0 ? await namedOperations(api, ids) : await matchingOperations(api, options, clock.now());
  // a named operation that does not fit is sent too: the API says why it refuses it
  const chosen = ids.length > 0 ? found : found.filter((operation) => fits(change, operation));
  const about = ids.length > 0 ? '' : ` (${filterText(options, clock.now())})`;
  if (chosen.length === 0) {
    const others =
      found.length === 0
        ? ''
        : ` ${counted(found.length, 'operation matches', 'operations match')}, but none ${WORDS[change].none}.`;
    output.note(`No operation to ${change}${about}.${others}`);
    return EXIT.completed;
  }
  if (!options.yes || (!options.json && !options.quiet))
    showChosen(context, change, chosen, found.length, about);
  if (!options.yes) {
    if (context.input.isTTY !== true)
      throw new UsageError(
        `Nothing was changed: there is no terminal for a confirmation. Add --yes to ${change} ${chosen.length === 1 ? 'it' : `these ${chosen.length}`}.`,
      );
    if (
      !(await confirm(
        context,
        `${WORDS[change].asked} ${chosen.length === 1 ? 'it' : `these ${chosen.length}`}?`,
      ))
    ) {
      output.err('Nothing was changed.');
      return EXIT.cancelled;
    }
  }
  return new Changing(context, api, change, options, left).run(chosen);
}

/** Whether a change applies to an operation that was found by filters. One that is being cancelled needs no second cancel. */
function fits(change: OperationAction, operation: TypedOperationSummary): boolean {
  return operation.status !== 'cancelling' && actionRefusal(change, operation) === null;
}

/** The list and its count, on stderr: stdout has the outcome. */
function showChosen(
  context: CommandContext,
  change: OperationAction,
  chosen: readonly TypedOperationSummary[],
  found: number,
  about: string,
): void {
  const { output } = context;
  const others = found - chosen.length;
  const rest = others === 0 ? '' : `; ${others} more match, but cannot be ${WORDS[change].done}`;
  output.err(operationsTable(chosen, { ...screenOf(context), style: output.errorStyle }));
  output.err(`\n  ${counted(chosen.length, 'operation')} to ${change}${about}${rest}\n`);
}

class Changing {
  private exitCode: ExitCode | null = null;

  constructor(
    private readonly context: CommandContext,
    private readonly api: ApiClient,
    private readonly change: OperationAction,
    private readonly options: ChangeOptions,
    private readonly left: AbortController,
  ) {}

  async run(chosen: readonly TypedOperationSummary[]): Promise<ExitCode> {
    const stopListening = listenForInterrupts(this.context.signals, this.context.clock, {
      onInterrupt: () => this.leave(EXIT.cancelled),
      onTerminate: () => this.leave(EXIT.terminated),
    });
    const waiting = [...chosen];
    const changes: OperationChange[] = [];
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const changed = await this.one(next);
        changes.push(changed);
        this.show(changed);
      }
    };
    try {
      await Promise.all(Array.from({ length: AT_ONCE }, work));
    } finally {
      stopListening();
      this.left.abort();
    }
    if (!this.options.json) this.summarize(changes);
    if (this.exitCode !== null) return this.exitCode;
    return changes.every(({ outcome }) => outcome === 'done') ? EXIT.completed : EXIT.failed;
  }

  private leave(exitCode: ExitCode): void {
    this.exitCode = exitCode;
    this.left.abort();
  }

  private async one(operation: TypedOperationSummary): Promise<OperationChange> {
    const { change } = this;
    const { operation_id } = operation;
    const outcome = (
      kind: OperationChange['outcome'],
      status = operation.status,
      error: OperationChange['error'] = null,
    ): OperationChange => ({ operation_id, change, outcome: kind, status, error });
    if (this.left.signal.aborted) return outcome('left');
    try {
      if (change !== 'cancel') {
        await this.api.post<OperationStarted>(`${operationPath(operation_id)}/${change}`);
        return outcome('done', 'pending');
      }
      const ended = await this.cancel(operation_id);
      if (ended === null) return outcome('left', 'cancelling');
      return outcome(ended.status === 'cancelled' ? 'done' : 'ended', ended.status);
    } catch (error) {
      if (this.left.signal.aborted && error instanceof ApiUnreachableError) return outcome('left');
      if (!(error instanceof CliError)) throw error;
      if (error instanceof ApiError && error.code === 'operation_ended') return outcome('ended');
      const code = error instanceof ApiError ? error.code : 'api_unreachable';
      return outcome('refused', operation.status, { code, message: error.message });
    }
  }

  /** Cancels, and waits until the work has ended. @returns null after Ctrl+C */
  private async cancel(id: string): Promise<TypedOperation | null> {
    const { reason = cancelReason('ktrdr operations cancel'), force } = this.options;
    await this.api.cancelOperation(id, { reason, force });
    const { signal } = this.left;
    for await (const update of followOperation(this.api, id, {
      clock: this.context.clock,
      signal,
      known: true,
    }))
      if (update.kind === 'operation' && isTerminalStatus(update.operation.status)) return update.operation;
    return null;
  }

  private show(changed: OperationChange): void {
    const { output } = this.context;
    const { operation_id, outcome, error, status } = changed;
    if (this.options.json) return output.jsonLine(changed);
    if (this.options.quiet) {
      if (outcome === 'done') output.out(operation_id);
      if (error !== null) output.err(`${operation_id}: ${oneLine(error.message)}`);
      return;
    }
    const { style, errorStyle } = output;
    if (outcome === 'done') output.out(`${style.green('✔')} ${operation_id} ${WORDS[this.change].done}`);
    else if (outcome === 'ended')
      output.out(`${style.yellow('■')} ${operation_id} had ended before: ${status}`);
    else if (error !== null) output.err(`${errorStyle.red('✖')} ${operation_id}: ${oneLine(error.message)}`);
  }

  /** `2 cancelled, 1 had ended before` */
  private summarize(changes: readonly OperationChange[]): void {
    const texts: Record<OperationChange['outcome'], string> = {
      done: WORDS[this.change].done,
      ended: 'had ended before',
      refused: 'refused',
      left: this.change === 'cancel' ? 'not waited for' : 'not sent',
    };
    const parts = (['done', 'ended', 'refused', 'left'] as const)
      .map((kind) => [changes.filter(({ outcome }) => outcome === kind).length, texts[kind]] as const)
      .filter(([size]) => size > 0);
    this.context.output.note(`\n${parts.map(([size, text]) => `${size} ${text}`).join(', ')}.`);
    if (this.change !== 'cancel' && changes.some(({ outcome }) => outcome === 'done'))
      this.context.output.note('  follow them: ktrdr operations list --watch');
  }
}
