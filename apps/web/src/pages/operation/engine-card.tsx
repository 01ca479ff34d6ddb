import type { ResourceUsage, TypedOperationSummary } from '@ktrdr/contracts';
import { DataTable } from '../../components/data-table.js';
import { Figures } from '../../components/figures.js';
import { formatNumber } from '../../format/numbers.js';
import { hostNames } from '../../operations/host-names.js';
import { placeOf } from '../../operations/operation-words.js';

interface EngineCardProps {
  operation: TypedOperationSummary;
  /** `null` until the training has completed. */
  usage: ResourceUsage | null;
  modelText: string | null;
}

/** Where and with what a training computes, and why not with another engine. */
export function EngineCard({ operation, usage, modelText }: EngineCardProps) {
  const { engine, device, samples_per_second } = operation.progress.context;
  const rejected = usage?.rejected_engines ?? [];
  const times = usage?.engine_times ?? [];
  return (
    <section class="card" id="engine" aria-labelledby="engine-title">
      <h2 id="engine-title">Engine</h2>
      <div class="stack">
        <Figures
          figures={[
            ['Runs on', placeOf(operation, hostNames.value)],
            ['Engine', usage?.engine ?? engine ?? '–'],
            ['Device', usage?.device ?? device ?? '–'],
            ['Samples per second', formatNumber(samples_per_second)],
            ...(usage === null
              ? []
              : [['Peak memory', `${formatNumber(Math.round(usage.peak_memory_mb))} MB`] as const]),
            ...(modelText === null ? [] : [['Network', modelText] as const]),
          ]}
        />
        {times.length > 1 && (
          <DataTable
            label="Time of one training step"
            rows={times}
            columns={[
              { title: 'Engine', cell: ({ engine: name }) => name },
              { title: 'ms a step', isNumber: true, cell: ({ ms_per_step }) => formatNumber(ms_per_step, 2) },
            ]}
          />
        )}
        {rejected.length > 0 && (
          <details>
            <summary>Why not another engine ({rejected.length})</summary>
            <dl class="reason-list">
              {rejected.map(({ engine: name, reason }) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>{reason}</dd>
                </div>
              ))}
            </dl>
          </details>
        )}
      </div>
    </section>
  );
}
