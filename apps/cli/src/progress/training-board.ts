import { type Clock, oneLine, type TypedOperation } from '@ktrdr/contracts';
import type { Output } from '../output.js';
import { padded, shortened, shownWidth } from '../shown-width.js';
import type { Style } from '../style.js';
import { labelText } from '../views/verdict-view.js';
import { formatDuration, formatTook, secondsBetween } from './duration.js';
import { LiveLines } from './live-lines.js';
import { SPINNER, progressBar } from './progress-frame.js';
import { progressParts, type ProgressState } from './progress-state.js';

/** One of several trainings. */
export interface TrainingRow {
  file: string;
  /** `null` until it has started. */
  state: ProgressState | null;
  /** How it ended, or why it was refused. */
  end: { operation: TypedOperation | null; error: string | null } | null;
}

const BAR = 16;
/** In a terminal with fewer than 80 columns. */
const SHORT_BAR = 8;
const LONGEST_FILE = 32;

/** One line for each training, redrawn in place. More trainings than the terminal has lines share the last line. */
export class TrainingBoard {
  private readonly lines: LiveLines;

  constructor(
    private readonly output: Output,
    private readonly clock: Pick<Clock, 'now'>,
    private readonly rows: readonly TrainingRow[],
  ) {
    this.lines = new LiveLines(output, (frame) => this.draw(frame));
  }

  begin(): void {
    this.lines.show(this.height);
  }

  note(text: string): void {
    this.lines.note(text);
  }

  stop(): void {
    this.lines.stop();
  }

  /** The last line of a training. */
  ended(row: TrainingRow): string {
    return TrainingBoard.endText(
      row,
      this.output.style,
      Math.max(...this.rows.map(({ file }) => shownWidth(file))),
    );
  }

  /** `✔ a.yaml  completed in 12.3s  no edge  test/1h_v3` */
  static endText({ file, end, state }: TrainingRow, style: Style, width = 0): string {
    const name = padded(file, width);
    if (end === null) {
      const id = state?.operation.operation_id;
      return `${style.yellow('■')} ${name}  ${id === undefined ? 'not started' : `continues: ktrdr operations follow ${id}`}`;
    }
    const { operation, error } = end;
    if (operation === null) return `${style.red('✖')} ${name}  ${oneLine(error ?? '')}`;
    const seconds = secondsBetween(operation.started_at, operation.completed_at);
    const took = seconds === null ? '' : ` in ${formatTook(seconds)}`;
    if (operation.status === 'failed')
      return `${style.red('✖')} ${name}  ${style.red('failed')}${took}: ${oneLine(operation.error?.message ?? '')}`;
    if (operation.status === 'cancelled') return `${style.yellow('■')} ${name}  cancelled${took}`;
    const parts = [`completed${took}`, ...outcome(operation, style)];
    return `${style.green('✔')} ${name}  ${parts.join('  ')}`;
  }

  private get height(): number {
    return Math.min(this.rows.length, Math.max(2, (this.output.stdout.rows ?? 24) - 4));
  }

  private get nameWidth(): number {
    const room = Math.max(10, Math.floor(this.output.columns / 3));
    return Math.min(LONGEST_FILE, room, Math.max(...this.rows.map(({ file }) => shownWidth(file))));
  }

  private draw(frame: number): string[] {
    const { height } = this;
    if (this.rows.length <= height) return this.rows.map((row) => this.line(row, frame));
    // what still runs matters most
    const ordered = [...this.rows].toSorted(
      (one, other) => Number(one.end !== null) - Number(other.end !== null),
    );
    const shown = ordered.slice(0, height - 1);
    const rest = ordered.slice(height - 1);
    const ended = rest.filter(({ end }) => end !== null).length;
    return [
      ...shown.map((row) => this.line(row, frame)),
      this.output.style.dim(`  … ${rest.length} more, ${ended} ended`),
    ];
  }

  private line(row: TrainingRow, frame: number): string {
    const { style, columns } = this.output;
    const width = Math.max(20, columns) - 1;
    const name = padded(shortened(row.file, this.nameWidth, 'middle'), this.nameWidth);
    if (row.end !== null) return shortened(TrainingBoard.endText({ ...row, file: name }, style), width);
    if (row.state === null) return shortened(`  ${style.dim(`${name}  waiting`)}`, width);
    const parts = progressParts(row.state, this.clock.now());
    const colour = parts.mood === 'going' ? style.cyan : style.yellow;
    const { current_epoch, total_epochs, phase } = row.state.operation.progress.context;
    const place =
      parts.mood !== 'going'
        ? parts.message
        : current_epoch === null
          ? oneLine(phase ?? parts.message)
          : `epoch ${current_epoch}/${total_epochs ?? '?'}`;
    const eta = parts.etaSeconds === null ? [] : [`ETA ${formatDuration(parts.etaSeconds)}`];
    const head = `${colour(SPINNER[frame % SPINNER.length] ?? ' ')} ${name}  ${progressBar(parts, columns < 80 ? SHORT_BAR : BAR, style)} ${parts.percentage.padStart(6)}`;
    const tail = [place, ...eta, ...parts.figures.slice(0, 2)];
    while (tail.length > 1 && shownWidth(head) + 2 + tail.join('  ').length > width) tail.pop();
    return shortened(`${head}  ${style.dim(tail.join('  '))}`, width);
  }
}

function outcome(operation: TypedOperation, style: Style): string[] {
  if (operation.operation_type !== 'training' || operation.result === null) return [];
  const { verdict, artifacts } = operation.result;
  const label = verdict?.label ?? null;
  return [
    ...(label === null ? [] : [labelText(label, style)]),
    ...(artifacts.model === null ? [] : [artifacts.model]),
  ];
}
