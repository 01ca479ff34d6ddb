import { BackgroundThread } from '@ktrdr/strategy';
import { Module } from '@nestjs/common';

/** Injects the `BackgroundThread` for the texts of strategies. */
export const STRATEGY_THREAD = Symbol('STRATEGY_THREAD');
/** Injects the `BackgroundThread` for requests that read or write bars. A text never waits for bars. */
export const BARS_THREAD = Symbol('BARS_THREAD');

/** Errors of a route that uses a thread. */
export const THREAD_ERRORS = ['computation_timeout', 'service_stopping'] as const;

/** The largest text takes a second, and longer on a machine that does other work. Many starts may come at once. */
const STRATEGIES = { timeoutMs: 60_000, mostWaiting: 1_000 };
/** Ten million bars take ten seconds. */
const BARS = { timeoutMs: 60_000, mostWaiting: 16 };

/** Threads for work that would hold the event loop. */
@Module({
  providers: [
    { provide: STRATEGY_THREAD, useFactory: () => new BackgroundThread(STRATEGIES) },
    { provide: BARS_THREAD, useFactory: () => new BackgroundThread(BARS) },
  ],
  exports: [STRATEGY_THREAD, BARS_THREAD],
})
export class ThreadsModule {}
