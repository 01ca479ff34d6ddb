import type { StoreAccess } from './store-access.js';
import type { JudgedBars, Trial, TrialLedger } from './trial-ledger.js';

/** Stores trials in the database of the operations. */
export class SqlTrialLedger implements TrialLedger {
  constructor(private readonly access: StoreAccess) {}

  // the read follows the commit: of trials that are recorded at the same time, the last sees all
  async record(trial: Trial): Promise<(number | null)[]> {
    await this.access.use((db) =>
      db.transaction().execute(async (tx) => {
        const recorded = await tx
          .insertInto('training_trials')
          .values({
            key: trial.key,
            test_start: trial.start,
            test_end: trial.end,
            sharpe: trial.sharpe,
            recorded_at: trial.recordedAt,
          })
          .onConflict((conflict) => conflict.doNothing())
          .returning('seq')
          .executeTakeFirst();
        if (recorded === undefined) return;
        const files = new Set(trial.bars);
        await tx
          .insertInto('training_trial_bars')
          .values([...files].map((sha256) => ({ sha256, trial: recorded.seq })))
          .execute();
      }),
    );
    return this.read(trial);
  }

  async read({ bars, start, end }: JudgedBars): Promise<(number | null)[]> {
    const rows = await this.access.use((db) =>
      db
        .selectFrom('training_trials')
        .select('sharpe')
        .where('test_start', '<=', end)
        .where('test_end', '>=', start)
        .where('seq', 'in', (of) =>
          of
            .selectFrom('training_trial_bars')
            .select('trial')
            .where('sha256', 'in', [...bars]),
        )
        .orderBy('seq')
        .execute(),
    );
    return rows.map(({ sharpe }) => sharpe);
  }
}
