import {
  EMPTY_PROGRESS_CONTEXT,
  openPercentage,
  type OperationProgress,
  type ProgressContext,
} from '@ktrdr/contracts';
import { boundedContext } from './bounded-context.js';
import type { Clock } from './clock.js';
import { EtaEstimator, type StepRange } from './eta.js';
import type { OrchestratorLogger } from './logger.js';
import { defaultProgressRenderer } from './renderers/default-progress-renderer.js';
import type { ProgressRenderer, ProgressState } from './renderers/progress-renderer.js';

/** A part of an operation that owns a share of its percentage. */
export interface ProgressStep {
  name: string;
  /** In any unit: only the ratio to the sum of all shares counts. */
  share: number;
}

/** A report of domain code. Omitted fields keep their value; `null` means unknown. */
export interface ProgressUpdate {
  /** 0..100. Without it: from `stepFraction` if steps are declared, else from items, else from steps_completed. */
  percentage?: number;
  /** Name of the current step, one of the declared ones. The steps before it are done. */
  step?: string;
  /** Share of the current step that is done, 0..1. */
  stepFraction?: number;
  steps_completed?: number | null;
  steps_total?: number | null;
  items_processed?: number | null;
  items_total?: number | null;
  current_item?: string | null;
  /** The work waits for something until the next update: there is no ETA. */
  waiting?: boolean;
  /** Merged into the context: omitted keys keep their value. */
  context?: Partial<ProgressContext>;
}

/** Takes the progress reports of domain code. */
export interface ProgressReporter {
  update(update: ProgressUpdate): void;
  /** The declared step `name` begins; it also becomes the context's `phase`. */
  startStep(name: string): void;
}

export interface ProgressManagerOptions {
  clock: Clock;
  logger: OrchestratorLogger;
  renderer: ProgressRenderer;
  steps?: readonly ProgressStep[];
  initialContext?: Partial<ProgressContext>;
  /** Progress at the end of the previous attempt: this one starts there and never shows less (I7). */
  from?: OperationProgress;
  /** Called after every update. `now`: monotonic ms. `entered`: the work has moved on to a later step. */
  onUpdate?: (now: number, entered: boolean) => void;
  /** Called before `onUpdate` when a phase begins, and when the operation begins to run in one. */
  onPhase?: (phase: string) => void;
}

/**
 * State of an operation's progress. The percentage never falls and stays below 100: only the operation's completion makes it
 * 100 (I7). An update costs about a microsecond; the line, the ETA and the copy are made only for a snapshot.
 */
export class ProgressManager implements ProgressReporter {
  private readonly options: ProgressManagerOptions;
  private readonly steps: ReadonlyMap<string, StepRange>;
  private readonly eta: EtaEstimator;
  private readonly context: ProgressContext = { ...EMPTY_PROGRESS_CONTEXT };
  private readonly complained = new Set<string>();
  private percentage = 0;
  private step: StepRange | null = null;
  private steps_completed: number | null = null;
  private steps_total: number | null = null;
  private items_processed: number | null = null;
  private items_total: number | null = null;
  private current_item: string | null = null;
  private startedAt: string | null = null;
  private waiting = false;
  private line: string | null = null;
  private toldPhase: string | null = null;

  constructor(options: ProgressManagerOptions) {
    this.options = options;
    this.steps = rangesOf(options.steps ?? []);
    if (options.from !== undefined) this.goOnFrom(options.from);
    this.eta = new EtaEstimator(options.clock.monotonic(), this.percentage);
    if (options.initialContext !== undefined) this.merge(options.initialContext);
  }

  /** The operation runs. `at`: ISO 8601. */
  start(at: string): void {
    this.startedAt = at;
    // the phase of an earlier attempt is over
    if (this.options.initialContext?.phase !== undefined) this.tellPhase();
    this.eta.startStep(this.options.clock.monotonic(), this.percentage, this.step ?? undefined);
  }

  startStep(name: string): void {
    this.update({ step: name });
  }

  update(update: ProgressUpdate): void {
    const now = this.options.clock.monotonic();
    const entered = update.step !== undefined && this.enter(update.step, now);
    if (update.steps_completed !== undefined) this.steps_completed = update.steps_completed;
    if (update.steps_total !== undefined) this.steps_total = update.steps_total;
    if (update.items_processed !== undefined) this.items_processed = update.items_processed;
    if (update.items_total !== undefined) this.items_total = update.items_total;
    if (update.current_item !== undefined) this.current_item = update.current_item;
    this.waiting = update.waiting === true;
    if (update.context !== undefined) this.merge(update.context);
    if (update.step !== undefined || update.context?.phase !== undefined) this.tellPhase();
    const percentage = this.percentageOf(update);
    // also false for NaN
    if (percentage > this.percentage) {
      this.percentage = Math.min(percentage, 100);
      this.eta.observe(now, this.percentage);
    }
    this.options.onUpdate?.(now, entered);
  }

  /** A copy of the state as the wire carries it, with line and ETA. */
  snapshot(): OperationProgress {
    const remaining =
      this.startedAt === null || this.waiting ? null : this.eta.remaining(this.options.clock.monotonic());
    const state: ProgressState = {
      percentage: openPercentage(this.percentage),
      steps_completed: this.steps_completed,
      steps_total: this.steps_total,
      items_processed: this.items_processed,
      items_total: this.items_total,
      current_item: this.current_item,
      context: this.copyContext(),
    };
    const { context, ...counts } = state;
    return {
      ...counts,
      current_step: this.render(state),
      started_at: this.startedAt,
      eta_seconds: remaining === null ? null : Math.round(remaining / 1000),
      context,
    };
  }

  private goOnFrom({ percentage, context, ...counts }: OperationProgress): void {
    this.percentage = percentage;
    this.steps_completed = counts.steps_completed;
    this.steps_total = counts.steps_total;
    this.items_processed = counts.items_processed;
    this.items_total = counts.items_total;
    this.merge(context);
  }

  /** Enters a step. True if it starts at or beyond the current percentage, which then moves to the step's start. */
  private enter(name: string, now: number): boolean {
    const range = this.steps.get(name);
    if (range === undefined) {
      // a wrong progress report must not break the work
      this.complain(`progress step "${name}" is not declared`, {
        declared: [...this.steps.keys()],
      });
      return false;
    }
    if (range === this.step) return false;
    const isAhead = range.from >= this.percentage;
    this.step = range;
    this.context.phase = name;
    this.percentage = Math.max(this.percentage, range.from);
    this.eta.startStep(now, this.percentage);
    return isAhead;
  }

  private tellPhase(): void {
    const { phase } = this.context;
    if (phase === this.toldPhase || typeof phase !== 'string') return;
    this.toldPhase = phase;
    this.options.onPhase?.(phase);
  }

  private percentageOf(update: ProgressUpdate): number {
    if (update.percentage !== undefined) return update.percentage;
    if (this.step !== null) {
      if (update.stepFraction === undefined) return this.step.from;
      return this.step.from + this.step.width * Math.min(Math.max(update.stepFraction, 0), 1);
    }
    if (this.steps.size > 0) return 0;
    if (this.items_processed !== null && this.items_total !== null) {
      return (100 * this.items_processed) / this.items_total;
    }
    if (this.steps_completed !== null && this.steps_total !== null) {
      return (100 * this.steps_completed) / this.steps_total;
    }
    return 0;
  }

  private merge(context: Partial<ProgressContext>): void {
    for (const key in context) {
      const value = context[key];
      if (value === undefined) continue;
      // an assignment to this name would change the prototype
      if (key === '__proto__') continue;
      this.context[key] = boundedContext(value);
    }
  }

  private copyContext(): ProgressContext {
    try {
      return JSON.parse(JSON.stringify(this.context)) as ProgressContext;
    } catch (error) {
      const copy: ProgressContext = { ...EMPTY_PROGRESS_CONTEXT };
      for (const [key, value] of Object.entries(this.context)) {
        try {
          copy[key] = JSON.parse(JSON.stringify(value) ?? 'null') as unknown;
        } catch {
          this.complain(`progress context "${key}" cannot be written as JSON and is left out`, { error });
        }
      }
      return copy;
    }
  }

  private render(state: ProgressState): string {
    try {
      this.line = this.options.renderer(state);
    } catch (error) {
      this.complain('the progress renderer failed', { error });
      this.line ??= defaultProgressRenderer(state);
    }
    return this.line;
  }

  /** Logs each problem once: progress is reported thousands of times. */
  private complain(message: string, fields: Record<string, unknown>): void {
    if (this.complained.has(message)) return;
    this.complained.add(message);
    this.options.logger.warn(message, fields);
  }
}

function rangesOf(steps: readonly ProgressStep[]): ReadonlyMap<string, StepRange> {
  const sum = steps.reduce((total, step) => total + step.share, 0);
  const ranges = new Map<string, StepRange>();
  let from = 0;
  for (const { name, share } of steps) {
    const width = (100 * share) / sum;
    ranges.set(name, { from, width });
    from += width;
  }
  return ranges;
}
