import type { Clock } from '@ktrdr/contracts';
import type { Output } from '../output.js';
import { progressFrame } from '../progress/progress-frame.js';
import { fileSize } from '../views/numbers.js';

const FRAME_MS = 100;
const CLEAR_LINE = '\r\u001b[K';
const UP = '\u001b[A';

/** Shows how much of a file was sent, on two lines of the terminal. Without a terminal it shows nothing. */
export class UploadProgress {
  private readonly startedAt: number;
  private frame = 0;
  private drawnAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly output: Output,
    private readonly clock: Pick<Clock, 'now'>,
    private readonly file: string,
    private readonly bytes: number,
    private readonly shown: boolean,
  ) {
    this.startedAt = clock.now();
  }

  sent(bytes: number): void {
    const now = this.clock.now();
    if (!this.shown || now - this.drawnAt < FRAME_MS) return;
    const isFirst = this.drawnAt === Number.NEGATIVE_INFINITY;
    this.drawnAt = now;
    const fraction = this.bytes === 0 ? 1 : Math.min(1, bytes / this.bytes);
    const elapsedSeconds = (now - this.startedAt) / 1000;
    const [message, bar] = progressFrame(
      {
        mood: 'going',
        message: `Uploading ${this.file} (${fileSize(bytes)} of ${fileSize(this.bytes)})`,
        fraction,
        percentage: `${(100 * fraction).toFixed(1)}%`,
        elapsedSeconds,
        etaSeconds: fraction < 0.01 ? null : (elapsedSeconds * (1 - fraction)) / fraction,
        figures: [],
        losses: [],
      },
      { columns: this.output.columns, style: this.output.style, frame: this.frame++ },
    );
    const back = isFirst ? '' : `${UP}`;
    this.output.stdout.write(`${back}${CLEAR_LINE}${message}\n${CLEAR_LINE}${bar}`);
  }

  /** Clears the lines. */
  stop(): void {
    if (this.drawnAt === Number.NEGATIVE_INFINITY) return;
    this.output.stdout.write(`${CLEAR_LINE}${UP}${CLEAR_LINE}`);
  }
}
