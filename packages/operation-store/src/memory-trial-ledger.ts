import type { Trial, TrialLedger } from './trial-ledger.js';

/** Keeps trials in memory: they are lost when the process ends. */
export class MemoryTrialLedger implements TrialLedger {
  private readonly trials = new Map<string, Trial>();

  async record(trial: Trial): Promise<(number | null)[]> {
    if (!this.trials.has(trial.key)) this.trials.set(trial.key, structuredClone(trial));
    return [...this.trials.values()]
      .filter(
        ({ bars, start, end }) =>
          start <= trial.end && end >= trial.start && bars.some((file) => trial.bars.includes(file)),
      )
      .map(({ sharpe }) => sharpe);
  }
}
