import { type Clock, INTERRUPTIONS, isTerminalStatus, type TypedOperation } from '@ktrdr/contracts';
import type { ApiClient, OperationEvent } from './api-client.js';
import { ApiError, ApiUnreachableError, CliError } from './cli-error.js';

/** Following ends after this long without an answer, ms. */
const GIVE_UP_AFTER_MS = 60_000;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
/** An API that continues interrupted operations opens the next attempt within this time, ms. */
const NEXT_ATTEMPT_MS = 1_000;

export type FollowUpdate =
  | { kind: 'operation'; operation: TypedOperation }
  /** The API does not answer. Another try follows. */
  | { kind: 'lost' };

export interface FollowOptions {
  clock: Clock;
  /** Fires when the user detaches: the generator ends without an error. */
  signal: AbortSignal;
  /** The API has answered about this operation before, so that a missing answer is tried again. */
  known: boolean;
  giveUpAfterMs?: number;
}

/**
 * Follows an operation until it has ended, across broken streams and API restarts. Each round reads the operation, then the
 * events newer than the last one. After a broken stream the next round starts after a pause, which grows.
 *
 * @throws CliError once the API has not answered for a minute, or no longer knows the operation
 */
export async function* followOperation(
  api: ApiClient,
  id: string,
  { clock, signal, known, giveUpAfterMs = GIVE_UP_AFTER_MS }: FollowOptions,
): AsyncGenerator<FollowUpdate, void> {
  let lostSince: number | null = null;
  let pause = FIRST_PAUSE_MS;
  let lastEventId: string | undefined;
  while (!signal.aborted) {
    let answers = 0;
    try {
      for await (const { id: eventId, operation } of oneRound(api, id, lastEventId)) {
        lastEventId = eventId ?? lastEventId;
        answers += 1;
        // The first answer is the operation itself; only the second one shows that events arrive again.
        if (answers > 1) pause = FIRST_PAUSE_MS;
        lostSince = null;
        known = true;
        if (await continuesAutomatically(api, operation, clock, signal)) break;
        yield { kind: 'operation', operation };
        if (isTerminalStatus(operation.status)) return;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!known || !mayPass(error)) throw forgotten(error, id, known);
      if (answers === 0) {
        lostSince ??= clock.now();
        if (clock.now() - lostSince >= giveUpAfterMs) throw givenUp(api, id, giveUpAfterMs);
        yield { kind: 'lost' };
      }
    }
    // an abort ends the loop
    await clock.sleep(pause, signal).catch(() => undefined);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}

/** The API may continue an interrupted operation automatically: its next attempt then starts a moment later. */
async function continuesAutomatically(
  api: ApiClient,
  { operation_id, status, error, attempt }: TypedOperation,
  clock: Clock,
  signal: AbortSignal,
): Promise<boolean> {
  if (status !== 'failed' || !INTERRUPTIONS.includes(error?.code ?? '')) return false;
  await clock.sleep(NEXT_ATTEMPT_MS, signal);
  return (await api.operation(operation_id)).attempt > attempt;
}

function givenUp(api: ApiClient, id: string, afterMs: number): CliError {
  return new CliError(
    `The API at ${api.baseUrl} has not answered for ${Math.round(afterMs / 1000)} s. ` +
      `Once it runs again: ktrdr operations follow ${id}`,
  );
}

async function* oneRound(
  api: ApiClient,
  id: string,
  lastEventId: string | undefined,
): AsyncGenerator<OperationEvent, void> {
  const operation = await api.operation(id);
  yield { id: undefined, operation };
  if (!isTerminalStatus(operation.status)) yield* api.operationEvents(id, lastEventId);
}

/** An API that is down or stopping may come back. */
function mayPass(error: unknown): boolean {
  return error instanceof ApiUnreachableError || (error instanceof ApiError && error.status >= 500);
}

function forgotten(error: unknown, id: string, wasKnown: boolean): unknown {
  if (!wasKnown || !(error instanceof ApiError) || error.code !== 'operation_not_found') return error;
  return new CliError(`The API was restarted and no longer knows ${id}: its outcome is lost.`);
}
