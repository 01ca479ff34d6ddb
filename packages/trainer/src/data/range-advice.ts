import { setImmediate } from 'node:timers/promises';
import { KtrdrError } from '@ktrdr/contracts';
import { type Bars, type DateRange, describeBars, reportData, selectRange } from '@ktrdr/market-data';
import { forMoreClasses, forMoreLabels } from './label-advice.js';
import { named } from './named.js';
import {
  MINIMUM_ROWS,
  prepareData,
  type PreparedData,
  type PrepareReport,
  type PrepareRequest,
} from './prepare-data.js';

const TOO_SHORT = new Set(['not_enough_bars', 'empty_split', 'one_class_only']);

/** Metrics of a part with fewer rows are not meaningful. */
export const USABLE_PART_ROWS = 10;

/** How often the label threshold is halved in the search for one that is low enough. */
const MOST_HALVINGS = 6;

/** `prepareData`. If the range is too short, its error also suggests a range or threshold that was tried and works. */
export async function prepareDataOrAdvise(
  request: PrepareRequest,
  report: PrepareReport,
): Promise<PreparedData> {
  try {
    return await prepareData(request, report);
  } catch (error) {
    if (!(error instanceof KtrdrError) || !TOO_SHORT.has(error.code)) throw error;
    if (await isValidationSplitToBlame(request)) {
      throw new KtrdrError(
        error.code,
        `${error.message} The validation split of ${request.validationSplit} leaves too few rows: choose another one, or omit it (--validation-split).`,
        { details: error.details, cause: error },
      );
    }
    const range = await findRange(request);
    const threshold = range === null ? await findThreshold(request) : null;
    throw new KtrdrError(
      error.code,
      `${error.message} ${flatAdvice(request)}${adviceText(request, error, range, threshold)}`,
      {
        details: {
          ...(error.details as object),
          suggested_range: range,
          suggested_zigzag_threshold: threshold?.threshold ?? null,
        },
        cause: error,
      },
    );
  }
}

/** A long halt, or bars that were filled in, takes rows from every part: no other advice is worth much before these bars are removed. */
function flatAdvice(request: PrepareRequest): string {
  return baseBars(request)
    .flatMap((bars) => reportData([bars]))
    .flatMap(({ file, findings }) =>
      findings
        .filter(({ kind, severity }) => kind === 'flat_stretch' && severity === 'warning')
        .map(({ message }) => `First look at ${file}: ${message} `),
    )
    .join('');
}

/** The next step for the user. */
function adviceText(
  request: PrepareRequest,
  { code, details }: KtrdrError,
  range: Days | null,
  found: Threshold | null,
): string {
  if (range !== null) return `This range is long enough: ${range.start_date} to ${range.end_date}.`;
  const there = baseBars(request)
    .map((bars) => `${bars.symbol} has ${describeBars(bars)}`)
    .join('; ');
  const { labels } = request.strategy.training;
  const change = code === 'one_class_only' ? forMoreClasses(labels) : forMoreLabels(labels);
  if (found !== null) {
    return (
      `A longer range does not help: ${there}. Set training.labels.zigzag_threshold to ${found.threshold} ` +
      `(it is ${found.now})${found.ofAllBars ? ' and train on all of them' : ''}: ` +
      `that leaves at least ${USABLE_PART_ROWS} rows in each part.`
    );
  }
  const { features_without_values: never = [] } = details as { features_without_values?: string[] };
  if (never.length > 0) {
    return `A longer range does not help: ${there}. Leave ${named(never)} out, or use bars with the values that the indicator needs, such as volume.`;
  }
  if (labels.source === 'zigzag' && (labels.method === 'segments' || code === 'one_class_only')) {
    return `Neither a longer range (${there}) nor ${change} leaves ${USABLE_PART_ROWS} rows in each part: add bars.`;
  }
  return `A longer range does not help: ${there}. Add bars, or use ${change}.`;
}

/** Whether the strategy's own shares would leave enough rows. */
async function isValidationSplitToBlame(request: PrepareRequest): Promise<boolean> {
  return request.validationSplit !== undefined && suffices({ ...request, validationSplit: undefined });
}

interface Days {
  start_date: string;
  end_date: string;
}

const DAY_MS = 86_400_000;

/** Searches for a longer range around the requested one: doubles the bars each time, first into the past, then into the future. */
async function findRange(request: PrepareRequest): Promise<Days | null> {
  const all = baseBars(request)[0]!;
  const inRange = selectRange(all, { ...request.range, history: 0 }).bars;
  let last = all.time.indexOf(inRange.time[inRange.length - 1]!);
  for (let count = Math.max(MINIMUM_ROWS, inRange.length) * 2; ; count *= 2) {
    const first = Math.max(0, last - count + 1);
    if (first === 0) last = Math.min(all.length - 1, count - 1);
    const days = wholeDays(all, first, last);
    const range = { start: Date.parse(days.start_date), end: Date.parse(days.end_date) + DAY_MS - 1 };
    if (await suffices({ ...request, range })) return days;
    if (first === 0 && last === all.length - 1) return null;
  }
}

interface Threshold {
  threshold: number;
  /** The strategy's threshold. */
  now: number;
  /** The requested range is too short even with this threshold; all bars are enough. */
  ofAllBars: boolean;
}

/** Searches for the greatest lower threshold that is enough for the requested range, or for all bars. */
async function findThreshold(request: PrepareRequest): Promise<Threshold | null> {
  const { training } = request.strategy;
  if (training.labels.source !== 'zigzag') return null;
  const { threshold: now } = training.labels;
  const ranges: [boolean, DateRange][] = [
    [false, request.range],
    [true, {}],
  ];
  for (const [ofAllBars, range] of ranges) {
    for (let halvings = 1; halvings <= MOST_HALVINGS; halvings += 1) {
      const threshold = Number((now / 2 ** halvings).toPrecision(2));
      const labels = { ...training.labels, threshold };
      const strategy = { ...request.strategy, training: { ...training, labels } };
      if (await suffices({ ...request, strategy, range })) return { threshold, now, ofAllBars };
    }
  }
  return null;
}

async function suffices(request: PrepareRequest): Promise<boolean> {
  try {
    const { parts } = await prepareData(request, () => setImmediate());
    return Object.values(parts).every(({ rows }) => rows >= USABLE_PART_ROWS);
  } catch (error) {
    if (error instanceof KtrdrError) return false;
    throw error;
  }
}

function baseBars({ bars, strategy }: PrepareRequest): Bars[] {
  return bars.map((symbol) => symbol.bars.get(strategy.baseTimeframe)!);
}

function wholeDays({ time }: Bars, first: number, last: number): Days {
  const day = (bar: number): string => new Date(time[bar]!).toISOString().slice(0, 10);
  return { start_date: day(first), end_date: day(last) };
}
