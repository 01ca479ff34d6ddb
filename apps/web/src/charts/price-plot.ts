import type { Decision } from '@ktrdr/contracts';
import type * as Library from 'lightweight-charts';
import { formatNumber } from '../format/numbers.js';
import { canvasScale } from './canvas-scale.js';
import { areDates, priceDecimals, type PriceBar, type PriceMarker } from './price-series.js';
import { tokenColor } from './token-color.js';

/** More bars than these are too narrow to read: the newest ones are shown first. */
const MOST_SHOWN = 300;
const SHOWN_OF_MANY = 200;
/** In a wider view the texts of markers would cover each other. */
const MOST_WITH_TEXTS = 120;
/** Place right of the newest bar: half of the text of its marker, px. */
const RIGHT_PLACE = 32;
/** Height of the pane with the decisions, px. */
const DECISIONS_HEIGHT = 44;

interface PlotOptions {
  /** Bar under the pointer; `null`: none. */
  onPointed: (index: number | null) => void;
}

/** What is drawn. */
export interface PlotContents {
  bars: readonly PriceBar[];
  markers: readonly PriceMarker[];
  /** One for each bar; without it, there is no pane for decisions. */
  decisions: readonly (Decision | null)[] | undefined;
}

/** A price chart on a canvas inside an element. */
export interface PricePlot {
  draw(contents: PlotContents): void;
  /** Reads the colours again, after the theme has changed. */
  recolor(): void;
  /** Moves the cross to a bar, and the bar into view. */
  point(index: number): void;
  /**
   * @param factor of the number of shown bars: 0.5 shows half as many
   * @param around bar that keeps its place and the cross; `null`: the middle
   */
  zoom(factor: number, around: number | null): void;
  showAll(): void;
  /** The wheel zooms only a chart that has the focus, so that it does not hold up the page. */
  setWheel(isOn: boolean): void;
  remove(): void;
}

export function createPricePlot(
  {
    createChart,
    createSeriesMarkers,
    CandlestickSeries,
    HistogramSeries,
    CrosshairMode,
    TickMarkType,
  }: typeof Library,
  element: HTMLElement,
  { onPointed }: PlotOptions,
): PricePlot {
  let contents: PlotContents = { bars: [], markers: [], decisions: undefined };
  let decimals = 2;
  let isDate = false;
  let hasTexts = true;

  const chart = createChart(element, {
    autoSize: true,
    // the logo needs a <style> element, which the content policy forbids: the link below the chart is the attribution
    layout: { attributionLogo: false, panes: { enableResize: false } },
    handleScroll: { mouseWheel: false, vertTouchDrag: false },
    handleScale: { mouseWheel: false },
    crosshair: { mode: CrosshairMode.Magnet },
    localization: {
      priceFormatter: (price: number) => formatNumber(price, decimals),
      timeFormatter: (time: Library.Time) => axisTime(Number(time), isDate ? DATE_UTC : MOMENT),
    },
    timeScale: {
      minBarSpacing: 0.02,
      timeVisible: true,
      borderVisible: false,
      tickMarkFormatter: (time: Library.Time, type: Library.TickMarkType) =>
        axisTime(Number(time), tickFormat(type, TickMarkType, isDate)),
    },
    rightPriceScale: { borderVisible: false, scaleMargins: { top: 0.08, bottom: 0.22 } },
  });
  const candles = chart.addSeries(CandlestickSeries, { priceLineVisible: false });
  const volumes = chart.addSeries(HistogramSeries, {
    priceScaleId: 'volume',
    priceLineVisible: false,
    lastValueVisible: false,
  });
  volumes.priceScale().applyOptions({ scaleMargins: { top: 0.84, bottom: 0 } });
  const signs = createSeriesMarkers(candles, []);
  let decided: Library.ISeriesApi<'Histogram'> | null = null;

  // what the program moves is told by `point`; a redraw also comes here, without an event of the pointer
  chart.subscribeCrosshairMove(({ logical, sourceEvent }) => {
    if (sourceEvent === undefined || logical === undefined) return;
    const index = Math.round(logical);
    onPointed(contents.bars[index] === undefined ? null : index);
  });
  element.addEventListener('pointerleave', () => onPointed(null));

  chart.timeScale().subscribeVisibleLogicalRangeChange((shown) => {
    const fits = shown !== null && shown.to - shown.from <= MOST_WITH_TEXTS;
    if (fits === hasTexts) return;
    hasTexts = fits;
    drawMarkers();
  });

  const color = (token: string): string => tokenColor(element, token);

  function drawDecisions(): void {
    const { bars, decisions } = contents;
    if (decisions === undefined) {
      if (decided !== null) chart.removeSeries(decided);
      decided = null;
      return;
    }
    if (decided === null) {
      decided = chart.addSeries(
        HistogramSeries,
        { priceScaleId: 'decisions', priceLineVisible: false, lastValueVisible: false, base: 0 },
        1,
      );
      decided.priceScale().applyOptions({ scaleMargins: { top: 0.1, bottom: 0.1 } });
      // both directions keep their place if only one occurs
      decided.applyOptions({ autoscaleInfoProvider: () => ({ priceRange: { minValue: -1, maxValue: 1 } }) });
      chart.panes()[1]?.setHeight(DECISIONS_HEIGHT);
    }
    const [buy, sell, hold] = [color('--good'), color('--bad'), color('--line')];
    decided.setData(
      bars.map(({ time }, index) => {
        const decision = decisions[index] ?? null;
        return {
          time: seconds(time),
          value: decision === 'BUY' ? 1 : decision === 'SELL' ? -1 : 0,
          color: decision === 'BUY' ? buy : decision === 'SELL' ? sell : hold,
        };
      }),
    );
  }

  /** Shows the newest bars, with a place right of them. */
  function showNewest(count: number): void {
    const { length } = contents.bars;
    const place = RIGHT_PLACE * canvasScale();
    const barWidth = Math.max(1, element.clientWidth - place) / count;
    chart
      .timeScale()
      .setVisibleLogicalRange({ from: length - count - 0.5, to: length - 0.5 + place / barWidth });
  }

  function drawMarkers(): void {
    const [good, bad, accent] = [color('--good'), color('--bad'), color('--accent')];
    signs.setMarkers(
      contents.markers.map(({ time, kind, text, isGain }) => ({
        time: seconds(time),
        position: kind === 'long' ? 'belowBar' : 'aboveBar',
        shape: kind === 'long' ? 'arrowUp' : kind === 'short' ? 'arrowDown' : 'circle',
        color: kind === 'exit' ? (isGain === true ? good : bad) : accent,
        ...(text === undefined || !hasTexts ? {} : { text }),
      })),
    );
  }

  function drawColored(): void {
    const { bars } = contents;
    drawMarkers();
    volumes.setData(
      bars.flatMap(({ time, volume }) =>
        volume === undefined ? [] : [{ time: seconds(time), value: volume }],
      ),
    );
    drawDecisions();
  }

  function recolor(): void {
    const { fontFamily } = getComputedStyle(element);
    const [line, muted] = [color('--line'), color('--text-muted')];
    chart.applyOptions({
      layout: {
        background: { color: color('--surface') },
        textColor: muted,
        fontFamily,
        fontSize: 12 * canvasScale(),
        panes: { separatorColor: line },
      },
      grid: { vertLines: { color: line }, horzLines: { color: line } },
      crosshair: {
        vertLine: { color: muted, labelBackgroundColor: color('--line-strong') },
        horzLine: { color: muted, labelBackgroundColor: color('--line-strong') },
      },
    });
    // a rising bar is hollow, so that colour is not the only difference
    candles.applyOptions({
      upColor: color('--surface'),
      borderUpColor: color('--good'),
      wickUpColor: color('--good'),
      downColor: color('--bad'),
      borderDownColor: color('--bad'),
      wickDownColor: color('--bad'),
    });
    volumes.applyOptions({ color: color('--line-strong') });
    drawColored();
  }

  return {
    draw(next) {
      const isOther = next.bars !== contents.bars;
      contents = next;
      if (isOther) {
        decimals = priceDecimals(next.bars);
        isDate = areDates(next.bars);
        candles.applyOptions({
          priceFormat: { type: 'price', precision: decimals, minMove: 10 ** -decimals },
        });
        chart.timeScale().applyOptions({ timeVisible: !isDate });
        candles.setData(next.bars.map((bar) => ({ ...bar, time: seconds(bar.time) })));
      }
      drawColored();
      if (!isOther) return;
      const { length } = next.bars;
      showNewest(length > MOST_SHOWN ? SHOWN_OF_MANY : length);
    },
    recolor,
    point(index) {
      const bar = contents.bars[index];
      if (bar === undefined) return;
      const scale = chart.timeScale();
      const shown = scale.getVisibleLogicalRange();
      if (shown !== null && (index < shown.from + 1 || index > shown.to - 1)) {
        const half = (shown.to - shown.from) / 2;
        scale.setVisibleLogicalRange({ from: index - half, to: index + half });
      }
      chart.setCrosshairPosition(bar.close, seconds(bar.time), candles);
      onPointed(index);
    },
    zoom(factor, around) {
      const scale = chart.timeScale();
      const shown = scale.getVisibleLogicalRange();
      if (shown === null) return;
      const center = around ?? (shown.from + shown.to) / 2;
      const before = Math.max(5, (center - shown.from) * factor);
      const after = Math.max(5, (shown.to - center) * factor);
      scale.setVisibleLogicalRange({ from: center - before, to: center + after });
      if (around !== null) this.point(around);
    },
    showAll: () => showNewest(contents.bars.length),
    setWheel: (isOn) => chart.applyOptions({ handleScale: { mouseWheel: isOn } }),
    remove: () => chart.remove(),
  };
}

function seconds(time: string): Library.UTCTimestamp {
  return (Date.parse(time) / 1_000) as Library.UTCTimestamp;
}

const DATE_UTC: Intl.DateTimeFormatOptions = { dateStyle: 'medium', timeZone: 'UTC' };
const MOMENT: Intl.DateTimeFormatOptions = {
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
};
const formats = new Map<string, Intl.DateTimeFormat>();

function axisTime(unixSeconds: number, options: Intl.DateTimeFormatOptions): string {
  const key = JSON.stringify(options);
  const format = formats.get(key) ?? new Intl.DateTimeFormat(undefined, options);
  formats.set(key, format);
  return format.format(unixSeconds * 1_000);
}

/** Labels of the time axis: short, in the zone of the bars' times. */
function tickFormat(
  type: Library.TickMarkType,
  types: typeof Library.TickMarkType,
  isDate: boolean,
): Intl.DateTimeFormatOptions {
  const zone = isDate ? { timeZone: 'UTC' } : {};
  switch (type) {
    case types.Year:
      return { ...zone, year: 'numeric' };
    case types.Month:
      return { ...zone, month: 'short' };
    case types.DayOfMonth:
      return { ...zone, day: 'numeric', month: 'short' };
    default:
      return { ...zone, hour: '2-digit', minute: '2-digit' };
  }
}
