import { answer } from '../answer.js';
import type { ApiClient } from '../api-client.js';
import { ApiError, ApiUnreachableError } from '../cli-error.js';
import { type CommandContext, openApi } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { listenForInterrupts } from '../interrupts.js';
import type { ListCommand } from '../list-command.js';
import type { ReadOptions } from '../read-options.js';
import { screenOf } from '../screen.js';
import { FullScreen } from './full-screen.js';
import { ListChanges } from './list-changes.js';

/** Shortest time between two requests, ms. */
const LOAD_EVERY_MS = 500;
/** Time between two requests if the API does not say what changes, ms. */
const POLL_EVERY_MS = 2_000;
/** Time between two requests while it does: models, bars and hosts also change without an operation. */
const CHECK_EVERY_MS = 10_000;
/** Times such as `3 min ago` are drawn again after this time, ms. */
const DRAW_EVERY_MS = 1_000;

/**
 * Shows a list until Ctrl+C, which is a normal end. On a terminal it redraws the list in place. Otherwise it prints the list after
 * each change; with `json` one line for each.
 */
export async function watchList<T>(
  context: CommandContext,
  options: ReadOptions,
  list: ListCommand<T>,
): Promise<ExitCode> {
  const left = new AbortController();
  let exitCode: ExitCode = EXIT.completed;
  const stopListening = listenForInterrupts(context.signals, context.clock, {
    onInterrupt: () => left.abort(),
    onTerminate: () => {
      exitCode = EXIT.terminated;
      left.abort();
    },
  });
  const watching = new Watching(context, options, list, left.signal);
  try {
    await watching.run();
  } catch (error) {
    if (!left.signal.aborted) throw error;
  } finally {
    stopListening();
    left.abort();
    watching.close();
  }
  return exitCode;
}

class Watching<T> {
  private readonly api: ApiClient;
  private readonly changes: ListChanges;
  private readonly screen: FullScreen | null;
  private value: T | null = null;
  private isLost = false;
  private printed = '';

  constructor(
    private readonly context: CommandContext,
    private readonly options: ReadOptions,
    private readonly list: ListCommand<T>,
    private readonly signal: AbortSignal,
  ) {
    this.api = openApi(context, { verbose: options.verbose, signal });
    this.changes = new ListChanges(this.api, context.clock, signal);
    const isDrawn = context.output.live && !options.json && !options.quiet;
    this.screen = isDrawn ? new FullScreen(context.output) : null;
  }

  async run(): Promise<void> {
    // a first request that fails ends the command
    this.value = await this.list.load(this.api);
    void this.changes.listen();
    const { clock } = this.context;
    let loadedAt = clock.now();
    for (let isDue = false; !this.signal.aborted;) {
      if (isDue) {
        await this.load();
        loadedAt = clock.now();
      }
      this.show();
      const isChanged = await this.changes.wait(DRAW_EVERY_MS);
      const age = clock.now() - loadedAt;
      isDue = isChanged || age >= (this.changes.isLive ? CHECK_EVERY_MS : POLL_EVERY_MS);
      if (isDue && age < LOAD_EVERY_MS)
        await clock.sleep(LOAD_EVERY_MS - age, this.signal).catch(() => undefined);
    }
  }

  /** Ends the drawing, and leaves the last list on the terminal. */
  close(): void {
    this.screen?.close();
    if (this.screen !== null && this.value !== null)
      answer(this.context, this.options, this.value, this.list);
  }

  private async load(): Promise<void> {
    try {
      this.value = await this.list.load(this.api);
      this.isLost = false;
    } catch (error) {
      const mayPass =
        error instanceof ApiUnreachableError || (error instanceof ApiError && error.status >= 500);
      if (!mayPass) throw error;
      this.isLost = true;
    }
  }

  private show(): void {
    const { value, context, list } = this;
    if (value === null) return;
    if (this.screen === null) {
      const text = JSON.stringify(value);
      if (text === this.printed) return;
      const isFirst = this.printed === '';
      this.printed = text;
      if (this.options.json) return context.output.jsonLine(value);
      if (!isFirst) context.output.out('');
      answer(context, this.options, value, list);
      return;
    }
    const { style } = context.output;
    const state = this.isLost
      ? style.yellow('  The API does not answer; retrying. This is the last known state.')
      : style.dim('  Ctrl+C ends');
    this.screen.draw(`${list.view(value, screenOf(context))}\n\n${state}`);
  }
}
