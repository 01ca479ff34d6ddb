import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatMetric, formatNumber } from '../format/numbers.js';
import { formatBarDate } from '../format/bar-times.js';
import { formatMoment, timeTick } from '../format/times.js';
import { colorScheme } from '../shell/theme.js';
import { canvasScale } from './canvas-scale.js';
import { curveTip } from './curve-tip.js';
import { tokenColor, withAlpha } from './token-color.js';
import type { Curve, CurveRange } from './curve.js';
import './line-chart.css';

/** Steps between two ticks of an axis that counts. */
const WHOLE_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000];

/** s. */
const DAY_S = 86_400;
/** Share of a range's colour over the surface. */
const RANGE_ALPHA = 0.18;
const NO_RANGES: readonly CurveRange[] = [];
/** An edge of a range: neither a line nor an entry of the legend. */
const RANGE_EDGE: uPlot.Series = { class: 'unlisted', width: 0, points: { show: false } };

interface LineChartProps {
  /** What the chart shows, for screen readers; the table or text beside it has the numbers. */
  label: string;
  /** What `x` counts, in the legend. */
  xName?: string;
  /** Ascending. Unix seconds if `isTime`. */
  x: readonly number[];
  curves: readonly Curve[];
  /** Behind the curves. */
  ranges?: readonly CurveRange[];
  /** px. */
  height?: number;
  isTime?: boolean;
  isLog?: boolean;
  formatValue?: (value: number) => string;
  /** A vertical line with a name, such as the best epoch. */
  marks?: readonly { x: number; name: string }[];
}

/** Curves over one axis, with the values below the pointer in the legend. Redrawn when its data, its size or the theme change. */
export function LineChart({
  label,
  xName = 'x',
  x,
  curves,
  ranges = NO_RANGES,
  height = 240,
  isTime = false,
  isLog = false,
  formatValue = formatMetric,
  marks = [],
}: LineChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const newest = useRef({ curves, marks, formatValue });
  newest.current = { curves, marks, formatValue };
  // daily bars have dates, which are not moved into another zone
  const isDate = isTime && x.every((at) => at % DAY_S === 0);
  // a chart is built again only if its curves are others; new values only redraw it
  const shape = JSON.stringify([
    curves.map(({ name, series, isFaint, isDashed, group }) => [name, series, isFaint, isDashed, group]),
    ranges.map(({ series }) => series),
    isTime,
    isDate,
    isLog,
    height,
    colorScheme.value,
  ]);

  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const style = getComputedStyle(element);
    const scale = canvasScale();
    const colorOf = (token: string): string => tokenColor(element, token);
    const axis: uPlot.Axis = {
      stroke: colorOf('--text-muted'),
      grid: { stroke: colorOf('--line'), width: 1 },
      ticks: { stroke: colorOf('--line'), width: 1 },
      font: `${12 * scale}px ${style.fontFamily}`,
      size: 50 * scale,
      space: 50 * scale,
    };
    const created = new uPlot(
      {
        width: Math.max(1, element.clientWidth),
        height: height * scale,
        ...(isDate ? { tzDate: (at: number) => uPlot.tzDate(new Date(1000 * at), 'Etc/UTC') } : {}),
        scales: { x: { time: isTime }, y: isLog ? { distr: 3 } : {} },
        axes: [
          isTime
            ? {
                ...axis,
                // a tick is as wide as `Sep 2017`
                space: 80 * scale,
                values: (_, ticks, _axis, _space, step) =>
                  ticks.map((tick) => timeTick(tick, step, isDate ? 'UTC' : undefined)),
              }
            : // epochs have no fractions
              { ...axis, incrs: WHOLE_STEPS },
          {
            ...axis,
            size: 64 * scale,
            space: 30 * scale,
            values: (_, ticks) =>
              ticks.map((tick) => (tick === null ? '' : newest.current.formatValue(tick))),
          },
        ],
        series: [
          isTime
            ? {
                label: 'Time',
                value: (_: uPlot, at: number | null) =>
                  at === null ? '–' : (isDate ? formatBarDate : formatMoment)(1000 * at),
              }
            : {
                label: xName,
                value: (_: uPlot, at: number | null) => (at === null ? '–' : formatNumber(at)),
              },
          ...curves.map(({ name, series, isFaint, isDashed, group }, index) => ({
            label: group ?? name,
            class: group === undefined ? undefined : isFirst(curves, index) ? 'without-value' : 'unlisted',
            stroke: colorOf(`--series-${series}`),
            width: isFaint === true ? 1 : 2,
            alpha: isFaint === true ? 0.35 : 1,
            dash: isDashed === true ? [6, 4] : undefined,
            spanGaps: true,
            points: { show: false },
            value: (_: uPlot, value: number | null, _series: number, at: number | null) => {
              if (value === null) return '–';
              const note = newest.current.curves[index]?.notes?.[at ?? -1];
              return newest.current.formatValue(value) + (note === undefined ? '' : ` (${note})`);
            },
          })),
          ...ranges.flatMap(() => [RANGE_EDGE, RANGE_EDGE]),
        ],
        bands: ranges.map(({ series }, at) => {
          const high = 1 + curves.length + 2 * at;
          return { series: [high, high + 1], fill: withAlpha(colorOf(`--series-${series}`), RANGE_ALPHA) };
        }),
        // the mark of a dashed curve is dashed, as uPlot draws it from the curve
        legend: {
          markers: { width: 2, dash: (_, at) => (curves[at - 1]?.isDashed === true ? 'dashed' : 'solid') },
        },
        cursor: { drag: { x: true, y: false } },
        plugins:
          curves.length > 1
            ? [
                curveTip(
                  () => newest.current.curves,
                  (value) => newest.current.formatValue(value),
                ),
              ]
            : [],
        hooks: { draw: [(drawn) => drawMarks(drawn, newest.current.marks, colorOf('--text-muted'))] },
      },
      dataOf(x, curves, ranges, isLog),
      element,
    );
    plot.current = created;
    const resize = new ResizeObserver(() =>
      created.setSize({ width: Math.max(1, element.clientWidth), height: height * scale }),
    );
    resize.observe(element);
    return () => {
      resize.disconnect();
      created.destroy();
      plot.current = null;
    };
  }, [shape]);

  useEffect(() => plot.current?.setData(dataOf(x, curves, ranges, isLog)), [x, curves, ranges, isLog]);

  return (
    <div
      ref={box}
      class="line-chart"
      role="img"
      aria-label={label}
      style={{ minBlockSize: `calc(${height / 16}rem + 1.5rem)` }}
    />
  );
}

/** True for the first curve of its group. */
function isFirst(curves: readonly Curve[], index: number): boolean {
  return curves.findIndex(({ group }) => group === curves[index]?.group) === index;
}

/** A log axis has no place for values of 0 and below. */
function dataOf(
  x: readonly number[],
  curves: readonly Curve[],
  ranges: readonly CurveRange[],
  isLog: boolean,
): uPlot.AlignedData {
  const lines = [...curves.map(({ values }) => values), ...ranges.flatMap(({ low, high }) => [high, low])];
  const values = lines.map((line) =>
    isLog ? line.map((value) => (value !== null && value > 0 ? value : null)) : [...line],
  );
  return [[...x], ...values];
}

function drawMarks(plot: uPlot, marks: readonly { x: number; name: string }[], color: string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = color;
  ctx.fillStyle = color;
  ctx.setLineDash([4, 4]);
  const pixels = canvasScale() * devicePixelRatio;
  ctx.font = `${11 * pixels}px system-ui`;
  for (const { x, name } of marks) {
    const at = plot.valToPos(x, 'x', true);
    if (at < bbox.left || at > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(at, bbox.top);
    ctx.lineTo(at, bbox.top + bbox.height);
    ctx.stroke();
    const isRight = at > bbox.left + bbox.width / 2;
    ctx.textAlign = isRight ? 'right' : 'left';
    ctx.fillText(name, at + (isRight ? -4 : 4), bbox.top + 12 * pixels);
  }
  ctx.restore();
}
