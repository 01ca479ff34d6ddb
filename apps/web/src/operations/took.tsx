import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import type { TypedOperationSummary } from '@ktrdr/contracts';
import { now } from '../clock.js';
import { formatDuration } from '../format/times.js';
import { clockDifference } from '../live/connection.js';
import { isActive, tookMs } from './operation-words.js';

const TICK_MS = 1_000;

/** How long the newest attempt has taken so far, or took. */
export function Took({ operation }: { operation: TypedOperationSummary }) {
  const tick = useSignal(0);
  const runs = isActive(operation) && operation.started_at !== null;
  useEffect(() => {
    if (!runs) return undefined;
    const timer = setInterval(() => {
      tick.value += 1;
    }, TICK_MS);
    return () => clearInterval(timer);
  }, [runs]);
  // read, so that the component renders again with each tick
  void tick.value;
  const took = tookMs(operation, now() + clockDifference.value);
  if (took === null) return <>{''}</>;
  return <>{formatDuration(runs ? Math.floor(took / TICK_MS) * TICK_MS : took)}</>;
}
