import {
  printable,
  isTerminalStatus,
  type OperationMetrics,
  type TypedOperation,
  type OperationStarted,
} from '@ktrdr/contracts';
import { type ApiClient, operationPath } from './api-client.js';
import { CancelRequest } from './cancel-request.js';
import { CliError } from './cli-error.js';
import { type CommandContext, openApi } from './context.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { followOperation } from './follow-operation.js';
import { listenForInterrupts } from './interrupts.js';
import type { ReadOptions } from './read-options.js';
import { LossHistory } from './progress/loss-history.js';
import { openProgressDisplay } from './progress/open-progress-display.js';
import type { ProgressDisplay } from './progress/progress-display.js';
import type { ProgressState } from './progress/progress-state.js';
import { showOutcome } from './views/outcome-view.js';
import { warningsView } from './views/warnings-view.js';

/** How the supervision of an operation begins. */
export type Supervised =
  /** Start it; Ctrl+C cancels it. */
  | ({
      kind: 'start';
      start(api: ApiClient): Promise<OperationStarted>;
      /** Called before the outcome of a completed operation is shown. */
      onCompleted?(api: ApiClient, id: string): Promise<void>;
    } & Detachable)
  /** Follow a running operation; Ctrl+C detaches. */
  | { kind: 'follow'; id: string }
  /** Resume or retry an ended operation; Ctrl+C detaches. */
  | ({ kind: 'again'; id: string; open(api: ApiClient): Promise<OperationStarted> } & Detachable)
  /** Cancel it; Ctrl+C detaches, and the cancel continues. */
  | { kind: 'cancel'; id: string; cancel(api: ApiClient): Promise<void> };

interface Detachable {
  /** The command ends as soon as the operation is stored. */
  detach?: boolean;
  /** A line that says why the operation cannot run now, shown because the command does not wait for it. */
  obstacle?: (api: ApiClient) => Promise<string | null>;
}

/** How a supervised operation is shown. */
export interface Presentation {
  display: ProgressDisplay;
  /** Names the operation, as soon as it is stored. */
  started(id: string): void;
  /** Shows the outcome of an ended operation. @returns the matching exit code */
  end(operation: TypedOperation, cancelRequested: boolean): ExitCode;
  /** Says where the operation stands when the user leaves. */
  left(text: string): void;
}

function presentationOf({ output, clock }: CommandContext, options: ReadOptions): Presentation {
  const display = openProgressDisplay(output, clock, options);
  return {
    display,
    started: (id) => {
      if ((!options.json && !options.quiet) || options.verbose)
        display.note(output.style.dim(`Operation ${id}`));
    },
    end: (operation, cancelRequested) => showOutcome(output, operation, { ...options, cancelRequested }),
    left: (text) => output.err(text),
  };
}

/** Shows an operation from its start, or from now on, until its end. The exit code tells how it ended. */
export async function superviseOperation(
  context: CommandContext,
  supervised: Supervised,
  options: ReadOptions,
  presentation: Presentation = presentationOf(context, options),
): Promise<ExitCode> {
  const supervision = new Supervision(context, supervised, options, presentation);
  const stopListening = listenForInterrupts(context.signals, context.clock, {
    onInterrupt: (press) => supervision.interrupt(press),
    onTerminate: () => supervision.leave(EXIT.terminated),
  });
  try {
    return await supervision.run();
  } finally {
    stopListening();
    presentation.display.stop();
  }
}

class Supervision {
  private readonly api: ApiClient;
  private readonly left = new AbortController();
  private leftWith: ExitCode = EXIT.cancelled;
  private id: string | null;
  private state: ProgressState | null = null;
  private readonly cancel: CancelRequest;
  private readonly losses = new LossHistory();
  private readonly shownWarnings = new Set<string>();

  constructor(
    private readonly context: CommandContext,
    private readonly supervised: Supervised,
    private readonly options: ReadOptions,
    private readonly presentation: Presentation,
  ) {
    this.id = supervised.kind === 'start' ? null : supervised.id;
    const note = (text: string): void => presentation.display.note(text);
    this.api = openApi(context, {
      verbose: options.verbose,
      signal: this.left.signal,
      note,
    });
    this.cancel = new CancelRequest(this.api, context.clock, this.left.signal, note);
  }

  /** Ctrl+C. */
  interrupt(press: number): void {
    if (this.supervised.kind !== 'start' || press > 1) {
      this.leave(EXIT.cancelled);
      return;
    }
    this.cancel.want();
    if (this.state !== null) {
      this.state = { ...this.state, cancelRequested: true };
      this.display.show(this.state);
    }
    if (this.id !== null) void this.cancel.send(this.id);
  }

  leave(exitCode: ExitCode): void {
    this.leftWith = exitCode;
    this.left.abort();
  }

  async run(): Promise<ExitCode> {
    try {
      return await this.supervise();
    } catch (error) {
      if (!this.left.signal.aborted) throw error;
      return this.sayLeft();
    } finally {
      // Ends requests that are still being sent.
      this.left.abort();
    }
  }

  private async supervise(): Promise<ExitCode> {
    const { clock } = this.context;
    const supervised = this.supervised;
    if (supervised.kind === 'start') {
      const started = await supervised.start(this.api);
      this.id = started.operation_id;
      if (this.cancel.isUnderWay) {
        void this.cancel.send(started.operation_id);
      } else if (supervised.detach) {
        const exitCode = await this.detach(started, supervised);
        if (this.cancel.state === 'no') return exitCode;
      }
      this.presentation.started(started.operation_id);
    } else if (supervised.kind === 'again') {
      const started = await supervised.open(this.api);
      if (supervised.detach) return this.detach(started, supervised);
    } else if (supervised.kind === 'cancel') {
      await supervised.cancel(this.api);
      this.cancel.accept();
    }
    const id = this.id ?? '';
    const { signal } = this.left;
    const known = supervised.kind !== 'follow';
    if (supervised.kind !== 'start') await this.readLosses(id);
    for await (const update of followOperation(this.api, id, { clock, signal, known })) {
      if (update.kind === 'operation' && isTerminalStatus(update.operation.status)) {
        if (supervised.kind === 'start' && update.operation.status === 'completed')
          await supervised.onCompleted?.(this.api, id);
        return this.end(update.operation);
      }
      this.show(update.kind === 'operation' ? update.operation : null);
    }
    return this.sayLeft();
  }

  /** The epochs before this process began to follow the operation. They are only extra information: if the API has none, the command does not fail. */
  private async readLosses(id: string): Promise<void> {
    if (!this.context.output.live || this.options.json || this.options.quiet) return;
    try {
      const { points } = await this.api.get<OperationMetrics>(`${operationPath(id)}/metrics`);
      this.losses.begin(points);
    } catch (error) {
      // following the operation meets the same error and reports it
      if (!(error instanceof CliError)) throw error;
    }
  }

  private async detach(started: OperationStarted, { obstacle }: Detachable): Promise<ExitCode> {
    const { output } = this.context;
    const exitCode = showStarted(this.context, started, this.options);
    const line = await obstacle?.(this.api);
    if (typeof line === 'string') output.note(output.errorStyle.yellow(line));
    return exitCode;
  }

  private get display(): ProgressDisplay {
    return this.presentation.display;
  }

  /** @param operation `null` if the API does not answer */
  private show(operation: TypedOperation | null): void {
    const known = operation ?? this.state?.operation;
    if (known === undefined) return;
    if (operation !== null) this.losses.add(operation);
    this.state = {
      operation: known,
      receivedAt: operation === null ? (this.state?.receivedAt ?? 0) : this.context.clock.now(),
      lost: operation === null,
      cancelRequested: this.cancel.isUnderWay,
      losses: this.losses.values,
    };
    this.display.show(this.state);
    this.showWarnings(known);
  }

  /** Shows warnings as soon as they are known: those about the data come before the training. */
  private showWarnings({ warnings }: Pick<TypedOperation, 'warnings'>): void {
    if (this.options.json || this.options.quiet) return;
    const unseen = warnings.filter((warning) => !this.shownWarnings.has(warning));
    if (unseen.length === 0) return;
    for (const warning of unseen) this.shownWarnings.add(warning);
    this.display.note(warningsView(unseen, this.context.output.style));
  }

  private end(operation: TypedOperation): ExitCode {
    this.display.stop();
    this.showWarnings(operation);
    const exitCode = this.presentation.end(operation, this.cancel.isUnderWay);
    if (this.supervised.kind !== 'cancel') return exitCode;
    return operation.status === 'cancelled' ? EXIT.completed : EXIT.failed;
  }

  private sayLeft(): ExitCode {
    this.display.stop();
    this.presentation.left(this.whereItStands());
    return this.leftWith;
  }

  private whereItStands(): string {
    const id = this.id;
    if (id === null) {
      return 'Detached before the API answered. The operation may have started.\n  find it: ktrdr operations list';
    }
    if (this.cancel.state === 'taken') {
      return `Detached. The operation is still being cancelled.\n  show it: ktrdr operations show ${id}`;
    }
    if (this.cancel.state === 'wanted') {
      return `Detached before the API accepted the cancel.\n  cancel it: ktrdr operations cancel ${id}`;
    }
    return (
      `Detached. The operation continues.\n  follow it: ktrdr operations follow ${id}\n` +
      `  cancel it: ktrdr operations cancel ${id}`
    );
  }
}

function showStarted(
  { output }: CommandContext,
  started: OperationStarted,
  { json, quiet }: ReadOptions,
): ExitCode {
  if (json) {
    output.json(started);
  } else if (quiet) {
    output.out(started.operation_id);
  } else {
    output.out(`${printable(started.message)}\n`);
    output.out(`  follow it: ktrdr operations follow ${started.operation_id}`);
    output.out(`  cancel it: ktrdr operations cancel ${started.operation_id}`);
  }
  return EXIT.completed;
}
