import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import type { TypedOperationSummary } from '@ktrdr/contracts';
import { request } from '../../api/client.js';
import { now } from '../../clock.js';
import { Moment } from '../../components/moment.js';
import { ErrorNote, Loading } from '../../components/note.js';
import { formatDuration } from '../../format/times.js';
import { clockDifference } from '../../live/connection.js';
import { useReloadWhen, useResource } from '../../live/use-resource.js';
import { isActive } from '../../operations/operation-words.js';
import { placePhases } from './timeline-data.js';
import { TableBox } from '../../components/table-box.js';

const TICK_MS = 1_000;
const TICKS_BETWEEN_READS = 10;

/** Phases of every attempt with their durations. */
export function TimelineCard({ operation }: { operation: TypedOperationSummary }) {
  const { operation_id: id, attempt, status, progress } = operation;
  const { resource, reload } = useResource(`timeline ${id}`, (signal) =>
    request('getOperationTimeline', { params: { id }, signal }),
  );
  const tick = useSignal(0);
  useEffect(() => {
    if (!isActive(operation)) return undefined;
    const timer = setInterval(() => {
      tick.value += 1;
    }, TICK_MS);
    return () => clearInterval(timer);
  }, [isActive(operation)]);
  // another phase, status or attempt: there is more to read; a resumed attempt does not report what it prepares again
  const round = Math.floor(tick.value / TICKS_BETWEEN_READS);
  useReloadWhen(JSON.stringify([attempt, status, progress.context.phase, round]), reload);

  const { value, error } = resource.value;
  const phases = placePhases(value?.phases ?? [], now() + clockDifference.value);
  const hasAttempts = phases.some((phase) => phase.attempt !== phases[0]?.attempt);
  return (
    <section class="card" id="timeline" aria-labelledby="timeline-title">
      <h2 id="timeline-title">Timeline</h2>
      {error !== null && <ErrorNote error={error} retry={reload} />}
      {value === null && error === null && (
        <Loading label="timeline" lines={operation.operation_type === 'training' ? 5 : 1} />
      )}
      {value !== null && phases.length === 0 && (
        <p class="muted card-line">
          {isActive(operation) ? 'No phase has begun.' : 'No phases were recorded.'}
        </p>
      )}
      {phases.length > 0 && (
        <TableBox label="Phases">
          <table class="timeline" aria-label="Phases">
            <thead>
              <tr>
                <th scope="col">Phase</th>
                {hasAttempts && (
                  <th scope="col" class="number">
                    Attempt
                  </th>
                )}
                <th scope="col">Began</th>
                <th scope="col" class="number">
                  Duration
                </th>
                <th scope="col" class="timeline-track">
                  <span class="visually-hidden">Bar</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {phases.map((phase) => (
                <tr key={`${phase.attempt} ${phase.startedAt} ${phase.phase}`}>
                  <th scope="row">{phase.phase}</th>
                  {hasAttempts && <td class="number">{phase.attempt}</td>}
                  <td class="timeline-began">
                    <Moment at={phase.startedAt} as="full" />
                  </td>
                  <td class="number">{formatDuration(phase.durationMs)}</td>
                  <td class="timeline-track" aria-hidden="true">
                    <span
                      class={`timeline-bar ${phase.isRunning && isActive(operation) ? 'timeline-running' : ''}`}
                      style={{
                        marginInlineStart: `${100 * phase.from}%`,
                        inlineSize: `${100 * phase.share}%`,
                      }}
                    />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableBox>
      )}
    </section>
  );
}
