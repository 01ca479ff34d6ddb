import type { Decision } from '@ktrdr/contracts';
import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { TableBox } from '../components/table-box.js';
import { Note } from '../components/note.js';
import { formatNumber } from '../format/numbers.js';
import { colorScheme } from '../shell/theme.js';
import { createPricePlot, type PricePlot } from './price-plot.js';
import {
  areDates,
  barFigures,
  barTime,
  describeBars,
  priceDecimals,
  type PriceBar,
  type PriceMarker,
} from './price-series.js';
import './price-chart.css';

/** Rows of the table below the chart. */
const TABLE_ROWS = 100;
/** Bars that PageUp and PageDown jump. */
const PAGE_BARS = 20;

interface PriceChartProps {
  /** What the chart shows, for screen readers: `AAPL 1h`. */
  label?: string;
  /** Ascending. */
  bars: readonly PriceBar[];
  markers?: readonly PriceMarker[];
  /** A model's decision at each bar: a strip below the prices. */
  decisions?: readonly (Decision | null)[];
  /** A bar that is brought into view; another object does it again. */
  shown?: { time: string } | null;
}

const NO_MARKERS: readonly PriceMarker[] = [];

/**
 * Candles, volume, decisions and trades. The library is loaded when the first chart is shown. By keyboard: arrows, Page up and down,
 * Home and End move from bar to bar, + and - zoom.
 */
export function PriceChart({
  label = 'Prices',
  bars,
  markers = NO_MARKERS,
  decisions,
  shown = null,
}: PriceChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<PricePlot | null>(null);
  const pointed = useSignal<number | null>(null);
  const problem = useSignal<string | null>(null);
  const isLoaded = useSignal(false);
  const newest = useRef({ bars, markers, decisions });
  newest.current = { bars, markers, decisions };

  useEffect(() => {
    let isGone = false;
    import('lightweight-charts').then(
      (library) => {
        if (isGone || box.current === null) return;
        plot.current = createPricePlot(library, box.current, {
          onPointed: (index) => {
            pointed.value = index;
          },
        });
        plot.current.recolor();
        plot.current.draw(newest.current);
        isLoaded.value = true;
      },
      () => {
        problem.value = 'The chart was not loaded. Reload the page.';
      },
    );
    return () => {
      isGone = true;
      plot.current?.remove();
      plot.current = null;
    };
  }, []);

  useEffect(() => plot.current?.draw({ bars, markers, decisions }), [bars, markers, decisions]);
  const scheme = colorScheme.value;
  useEffect(() => plot.current?.recolor(), [scheme]);
  useEffect(() => {
    const index = shown === null ? -1 : bars.findIndex(({ time }) => time === shown.time);
    if (index < 0) return;
    box.current?.scrollIntoView({ block: 'nearest' });
    plot.current?.point(index);
  }, [shown, isLoaded.value]);

  const summary = useMemo(() => describeBars(bars, decisions, markers), [bars, decisions, markers]);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (plot.current === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = keyTarget(event.key, pointed.peek() ?? bars.length - 1, bars.length);
    if (target !== null) plot.current.point(target);
    else if (event.key === '+' || event.key === '=') plot.current.zoom(0.5, pointed.peek());
    else if (event.key === '-') plot.current.zoom(2, pointed.peek());
    else return;
    event.preventDefault();
  };

  if (problem.value !== null) return <Note kind="problem">{problem.value}</Note>;
  return (
    <figure class="price-chart">
      <div class="price-chart-bar">
        <Readout bars={bars} decisions={decisions} pointed={pointed.value} />
        <div class="price-chart-buttons">
          <ChartButton label="Zoom in" sign="+" onClick={() => plot.current?.zoom(0.5, null)} />
          <ChartButton label="Zoom out" sign="−" onClick={() => plot.current?.zoom(2, null)} />
          <ChartButton label="Show all bars" sign="All" onClick={() => plot.current?.showAll()} />
        </div>
      </div>
      <div
        ref={box}
        class={decisions === undefined ? 'price-plot' : 'price-plot price-plot-decided'}
        role="application"
        aria-label={`${label}: chart. Arrow keys move from bar to bar, plus and minus zoom.`}
        aria-roledescription="chart"
        tabIndex={0}
        onKeyDown={onKeyDown}
        onFocus={() => plot.current?.setWheel(true)}
        onBlur={() => plot.current?.setWheel(false)}
      />
      <figcaption class="price-caption">
        <p>{summary}</p>
        {decisions !== undefined && (
          <p>
            The strip below the prices: up <span class="sign-buy">▮</span> is BUY, down{' '}
            <span class="sign-sell">▮</span> is SELL. Arrows are entries, circles are exits.
          </p>
        )}
        <p>
          Chart: TradingView Lightweight Charts™, © 2026{' '}
          <a href="https://www.tradingview.com/" target="_blank" rel="noreferrer">
            TradingView, Inc.
          </a>{' '}
          (
          <a href="/third-party.txt" target="_blank" rel="noreferrer">
            licences
          </a>
          )
        </p>
      </figcaption>
      <BarsTable label={label} bars={bars} decisions={decisions} />
    </figure>
  );
}

/** The bar that a key goes to; `null` for other keys. */
function keyTarget(key: string, from: number, length: number): number | null {
  const last = length - 1;
  switch (key) {
    case 'ArrowLeft':
      return Math.max(0, from - 1);
    case 'ArrowRight':
      return Math.min(last, from + 1);
    case 'PageUp':
      return Math.max(0, from - PAGE_BARS);
    case 'PageDown':
      return Math.min(last, from + PAGE_BARS);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}

function ChartButton({ label, sign, onClick }: { label: string; sign: string; onClick: () => void }) {
  return (
    <button type="button" class="button chart-button" aria-label={label} title={label} onClick={onClick}>
      {sign}
    </button>
  );
}

interface BarsProps {
  bars: readonly PriceBar[];
  decisions: readonly (Decision | null)[] | undefined;
}

/** The bar under the pointer, or the newest. */
function Readout({ bars, decisions, pointed }: BarsProps & { pointed: number | null }) {
  const decimals = useMemo(() => priceDecimals(bars), [bars]);
  const isDate = useMemo(() => areDates(bars), [bars]);
  const index = pointed ?? bars.length - 1;
  const bar = bars[index];
  if (bar === undefined) return <p class="price-readout" />;
  const decision = decisions?.[index];
  return (
    <p class="price-readout" aria-live="polite">
      <span>{barTime(bar.time, isDate)}</span>
      {barFigures(bar, decimals).map(([name, value]) => (
        <span key={name}>
          <span class="muted">{name}</span> {value}
        </span>
      ))}
      {decision !== undefined && (
        <span>
          <span class="muted">Decision</span> {decision ?? 'none'}
        </span>
      )}
    </p>
  );
}

/** The newest bars as text. It is built when it is opened. */
function BarsTable({ label, bars, decisions }: BarsProps & { label: string }) {
  const isOpen = useSignal(false);
  const decimals = priceDecimals(bars);
  const isDate = areDates(bars);
  const first = Math.max(0, bars.length - TABLE_ROWS);
  return (
    <details
      onToggle={(event) => {
        isOpen.value = event.currentTarget.open;
      }}
    >
      <summary>The newest {formatNumber(Math.min(TABLE_ROWS, bars.length))} bars as a table</summary>
      {isOpen.value && (
        <TableBox label={`${label}: newest bars`}>
          <table>
            <thead>
              <tr>
                <th scope="col">Time</th>
                {['Open', 'High', 'Low', 'Close', 'Volume'].map((name) => (
                  <th key={name} scope="col" class="number">
                    {name}
                  </th>
                ))}
                {decisions !== undefined && <th scope="col">Decision</th>}
              </tr>
            </thead>
            <tbody>
              {bars
                .slice(first)
                .map((bar, offset) => ({ bar, decision: decisions?.[first + offset] ?? '–' }))
                .toReversed()
                .map(({ bar, decision }) => (
                  <tr key={bar.time}>
                    <td>{barTime(bar.time, isDate)}</td>
                    {barFigures(bar, decimals).map(([name, value]) => (
                      <td key={name} class="number">
                        {value}
                      </td>
                    ))}
                    {bar.volume === undefined && <td class="number">–</td>}
                    {decisions !== undefined && <td>{decision}</td>}
                  </tr>
                ))}
            </tbody>
          </table>
        </TableBox>
      )}
    </details>
  );
}
