import { formatDuration } from './duration.js';
import type { ProgressParts } from './progress-state.js';

/** One line for output without a terminal: `[ 12.3%] Training MLP model on AAPL [epoch 5/50]  elapsed 12s  ETA 1m 20s`. */
export function progressLine(parts: ProgressParts): string {
  const elapsed = parts.elapsedSeconds === null ? '' : `  elapsed ${formatDuration(parts.elapsedSeconds)}`;
  const eta = parts.etaSeconds === null ? '' : `  ETA ${formatDuration(parts.etaSeconds)}`;
  return `[${parts.percentage.padStart(6)}] ${parts.message}${elapsed}${eta}`;
}
