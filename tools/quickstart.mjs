#!/usr/bin/env node
/**
 * `npm run quickstart`: installs, builds, starts the API, writes sample bars, trains a strategy on real daily S&P 500 bars with one seed and with 16,
 * shows the result and stops everything that it started.
 */
import { firstTraining } from './first-training.mjs';
import { stopOnSignals } from './interruption.mjs';
import { addHostSecret } from './secrets.mjs';
import { build, install, main } from './workspace.mjs';

await main(async () => {
  const stop = stopOnSignals();
  console.log('[1/3] Installing packages');
  await install({ quiet: true, stop });
  addHostSecret();
  console.log('[2/3] Building');
  await build({ quiet: true, documents: true, stop });
  console.log(
    '[3/3] Training strategies/sp500_daily.yaml on daily bars of the S&P 500, with one seed and with 16\n',
  );
  const code = await firstTraining(stop);
  if (code === 0) {
    console.log(
      '\nNext: npm start, and in another terminal:\n' +
        '  npx ktrdr models train strategies/test_strategy.yaml --start-date 2024-01-01 --end-date 2024-01-02\n' +
        '  npx ktrdr --help',
    );
  }
  return code;
});
