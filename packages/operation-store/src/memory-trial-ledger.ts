import type { JudgedBars, Trial, TrialLedger } from './trial-ledger.js';

/** Keeps trials in memory: they are lost when the process ends. */
export class MemoryTrialLedger implements TrialLedger {
  private readonly trials = new Map<string, Trial>();

  async record(trial: Trial): Promise<(number | null)[]> {
    if (!this.trials.has(trial.key)) this.trials.set(trial.key, structuredClone(trial));
    return this.read(trial);
  }

  async read(judged: JudgedBars): Promise<(number | null)[]> {
    return [...this.trials.values()]
      .filter(
        ({ bars, start, end }) =>
          start <= judged.end && end >= judged.start && bars.some((file) => judged.bars.includes(file)),
      )
      .map(({ sharpe }) => sharpe);
  }
}
