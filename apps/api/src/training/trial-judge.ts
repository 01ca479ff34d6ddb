import { createHash } from 'node:crypto';
import { judgeVerdict } from '@ktrdr/backtest';
import {
  OPTIONS_WITHOUT_EFFECT_ON_THE_MODEL,
  type TrainingResult,
  type TrainingSpec,
  type Verdict,
} from '@ktrdr/contracts';
import type { TrialLedger } from '@ktrdr/operation-store';
import { untilStored, type Clock } from '@ktrdr/orchestrator';
import { momentsOf } from '@ktrdr/statistics';
import type { TrainingRunOutcome } from '@ktrdr/trainer';

/** Judges trainings in the light of all others on the same bars: whoever tries often enough finds an edge by chance. */
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
    const sharpes = await untilStored(
      () =>
        this.trials.record({
          key: keyOf(spec, result),
          ...barsOf(result),
          sharpe: verdict.money?.moments?.sharpe ?? null,
          recordedAt: new Date(this.clock.now()).toISOString(),
        }),
      { clock: this.clock, isAbandoned: () => false },
    );
    return { ...outcome, result: { ...result, verdict: judgedAmong(sharpes, verdict) } };
  }
}

function judgedAmong(sharpes: readonly (number | null)[], verdict: Verdict): Verdict {
  const known = sharpes.filter((sharpe) => sharpe !== null);
  const variance = known.length < 2 ? 0 : momentsOf(Float64Array.from(known)).std ** 2;
  return judgeVerdict(verdict, { count: sharpes.length, variance });
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
