import { createHash } from 'node:crypto';
import { deflatedSharpe, judgeVerdict, type Trials } from '@ktrdr/backtest';
import {
  type BacktestResult,
  OPTIONS_WITHOUT_EFFECT_ON_THE_MODEL,
  type TrainingResult,
  type TrainingSpec,
  type Verdict,
} from '@ktrdr/contracts';
import type { TrialLedger } from '@ktrdr/operation-store';
import { untilStored, type Clock } from '@ktrdr/orchestrator';
import { momentsOf } from '@ktrdr/statistics';
import type { BacktestOutcome, TrainingRunOutcome } from '@ktrdr/trainer';

/** Judges trainings and backtests together with all others on the same bars: enough trials find an edge by chance. */
export class TrialJudge {
  constructor(
    private readonly trials: TrialLedger,
    private readonly clock: Clock,
  ) {}

  /**
   * Records a training, and replaces its verdict, which knew of no other trial. Waits for a store that is unavailable.
   *
   * @returns the outcome as it is if the run was not judged: after a dry run, or by a host of an earlier version
   */
  async judge(spec: TrainingSpec, outcome: TrainingRunOutcome): Promise<TrainingRunOutcome> {
    const { result } = outcome;
    const { verdict } = result;
    if (!verdict) return outcome;
    const sharpes = await this.untilStored(() =>
      this.trials.record({
        key: keyOf(spec, result),
        ...barsOf(result),
        sharpe: verdict.money?.moments?.sharpe ?? null,
        recordedAt: this.now(),
      }),
    );
    return { ...outcome, result: { ...result, verdict: judgedAmong(sharpes, verdict) } };
  }

  /**
   * Adds the trials and the deflated Sharpe ratio to a backtest. Records it if something was chosen for it after the training: whoever
   * tries ten stops or ten ranges on the same bars looks ten times. Waits for a store that is unavailable.
   */
  async judgeBacktest({ result, look }: BacktestOutcome): Promise<BacktestResult> {
    const { in_sample, luck, start, end } = result.report;
    const moments = in_sample ? null : luck.moments;
    const judged = { bars: look.bars, start: Date.parse(start), end: Date.parse(end) };
    const { choice } = look;
    const sharpes = await this.untilStored(() =>
      choice === null
        ? this.trials.read(judged)
        : this.trials.record({
            key: sha256(JSON.stringify(['backtest', choice, look.bars])),
            ...judged,
            sharpe: moments?.sharpe ?? null,
            recordedAt: this.now(),
          }),
    );
    const { count, variance } = trialsOf(sharpes);
    // the ledger does not know a training of an earlier version, or on other bars: it is this trial
    const trials = { count: Math.max(1, count), variance };
    return {
      ...result,
      trials_on_these_bars: trials.count,
      deflated_sharpe: moments === null ? null : deflatedSharpe(moments, trials),
    };
  }

  private untilStored<T>(work: () => Promise<T>): Promise<T> {
    return untilStored(work, { clock: this.clock, isAbandoned: () => false });
  }

  private now(): string {
    return new Date(this.clock.now()).toISOString();
  }
}

function judgedAmong(sharpes: readonly (number | null)[], verdict: Verdict): Verdict {
  return judgeVerdict(verdict, trialsOf(sharpes));
}

/** A trial without a Sharpe ratio counts, because somebody looked; it adds nothing to the variance, because there is no number to add. */
function trialsOf(sharpes: readonly (number | null)[]): Trials {
  const known = sharpes.filter((sharpe) => sharpe !== null);
  const variance = known.length < 2 ? 0 : momentsOf(Float64Array.from(known)).std ** 2;
  return { count: sharpes.length, variance };
}

/** Identical runs have the same key. What changes neither the model nor its rows is left out. */
function keyOf(spec: TrainingSpec, { data_summary }: TrainingResult): string {
  const left: readonly string[] = ['strategy_file', 'fingerprints', ...OPTIONS_WITHOUT_EFFECT_ON_THE_MODEL];
  const decisive = Object.entries(spec).filter(([option]) => !left.includes(option));
  const fingerprints = data_summary.fingerprints.map(
    ({ symbol, timeframe, sha256 }) => `${symbol} ${timeframe} ${sha256}`,
  );
  const parts = [...decisive, ['fingerprints', fingerprints.toSorted()] as const];
  const text = JSON.stringify(parts.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return sha256(text);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The bars that decide about the money: those of the base timeframe, in the judged span. */
function barsOf({ data_summary, backtest }: TrainingResult): { bars: string[]; start: number; end: number } {
  const { fingerprints, base_timeframe, start_date, end_date } = data_summary;
  const base = fingerprints.filter(({ timeframe }) => timeframe === base_timeframe);
  return {
    bars: base.map(({ sha256 }) => sha256),
    // without trading decisions there is no backtest: the range of all rows then
    start: Date.parse(backtest?.start ?? start_date),
    end: Date.parse(backtest?.end ?? end_date),
  };
}
