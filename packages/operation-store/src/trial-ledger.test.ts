import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newOperation } from '@ktrdr/orchestrator';
import { sql } from 'kysely';
import { MemoryTrialLedger } from './memory-trial-ledger.js';
import { openOperationStore } from './open-operation-store.js';
import { openPostgresDatabase } from './postgres-database.js';
import { openSqliteDatabase } from './sqlite-database.js';
import {
  PostgresServer,
  emptyPostgres,
  emptySqlite,
  trialLedgerConformance,
  type EmptyStore,
} from './testing/index.js';

const TRIAL = {
  key: 'one',
  bars: ['a'.repeat(64)],
  start: 0,
  end: 86_400_000,
  sharpe: 0.25,
  recordedAt: '2026-01-05T10:00:00.000Z',
};

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start();
});
afterAll(() => server?.stop());

describe('the ledger in memory', () => {
  const cases = trialLedgerConformance(async () => ({ trials: new MemoryTrialLedger() }));
  test.each(cases)('$name', ({ run }) => run());
});

const STORES: Record<string, () => Promise<EmptyStore>> = {
  SQLite: emptySqlite,
  PostgreSQL: () => emptyPostgres(server),
};

describe.each(Object.entries(STORES))('the ledger in %s', (_name, empty) => {
  async function open() {
    const { location, remove } = await empty();
    const store = await openOperationStore(location);
    const close = async () => {
      await store.close();
      await remove();
    };
    return { location, store, trials: store.trials, close };
  }

  test.each(trialLedgerConformance(open))('$name', ({ run }) => run());

  test('survives a restart and the removal of operations', async () => {
    const { location, store, close } = await open();
    const operation = newOperation({
      id: 'op_training_1',
      type: 'dummy',
      metadata: { parameters: {} },
      createdAt: TRIAL.recordedAt,
    });
    await store.create({ operation, request: null, lease: { owner: 'one', ms: 60_000 } });
    await store.trials.record(TRIAL);
    await store.transition('op_training_1', 1, ['pending'], {
      to: 'cancelled',
      at: TRIAL.recordedAt,
      reason: null,
    });
    expect(await store.removeEnded('2027-01-01T00:00:00.000Z', 10)).toEqual(['op_training_1']);
    const again = await openOperationStore(location);
    expect(await again.trials.record({ ...TRIAL, key: 'two', sharpe: 0.5 })).toEqual([0.25, 0.5]);
    await again.close();
    await close();
  });

  test('refuses to change or remove a trial', async () => {
    const { location, store, close } = await open();
    await store.trials.record(TRIAL);
    const database = await (location.url === undefined
      ? openSqliteDatabase(join(location.stateDir, 'ktrdr.db'))
      : openPostgresDatabase(location.url));
    for (const statement of [
      'update training_trials set sharpe = 3',
      'delete from training_trials',
      `update training_trial_bars set sha256 = 'b'`,
      'delete from training_trial_bars',
    ]) {
      await expect(sql.raw(statement).execute(database.db)).rejects.toThrow(
        /ktrdr: a trial is never changed or removed/,
      );
    }
    await database.close();
    expect(await store.trials.record(TRIAL)).toEqual([0.25]);
    await close();
  });
});
