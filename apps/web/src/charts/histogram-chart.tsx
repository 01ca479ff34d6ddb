import './series.css';
import './histogram-chart.css';

interface HistogramChartProps {
  /** What is drawn, with its result: the text alternative. */
  label: string;
  /** One more than bins. */
  edges: readonly number[];
  /** Share of each bin. */
  shares: readonly number[];
  format: (value: number) => string;
  /** A value of the same axis with its name; it may be beyond the bins. */
  mark?: { at: number; name: string };
}

/** Bars over one axis, with a marked value. */
export function HistogramChart({ label, edges, shares, format, mark }: HistogramChartProps) {
  const first = edges[0] ?? 0;
  const last = edges.at(-1) ?? 1;
  const low = Math.min(first, mark?.at ?? first);
  const high = Math.max(last, mark?.at ?? last);
  const span = high - low || 1;
  const at = (value: number): number => (100 * (value - low)) / span;
  const most = Math.max(...shares, Number.MIN_VALUE);
  return (
    <figure class="histogram" role="img" aria-label={label}>
      <div class="histogram-plot">
        <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
          {shares.map((share, index) => {
            const from = at(edges[index] ?? 0);
            const to = at(edges[index + 1] ?? 0);
            const height = (95 * share) / most;
            return (
              <rect
                key={edges[index]}
                class="histogram-bar"
                x={from}
                y={100 - height}
                width={Math.max(0.1, (to - from) * 0.9)}
                height={height}
              />
            );
          })}
          {mark !== undefined && (
            <line class="histogram-mark" x1={at(mark.at)} x2={at(mark.at)} y1="0" y2="100" />
          )}
        </svg>
        {mark !== undefined && (
          <span
            class={`histogram-mark-name ${at(mark.at) > 50 ? 'histogram-mark-left' : ''}`}
            style={{ insetInlineStart: `${at(mark.at)}%` }}
          >
            {mark.name}
          </span>
        )}
      </div>
      <div class="histogram-axis" aria-hidden="true">
        <span>{format(low)}</span>
        <span>{format((low + high) / 2)}</span>
        <span>{format(high)}</span>
      </div>
    </figure>
  );
}
