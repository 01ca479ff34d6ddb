import type { Path } from '../issues.js';
import { LIMITS } from '../limits.js';
import type { FuzzySet, NnInput, PriceRatioTransform } from '../model.js';
import { describe } from '../schema.js';
import { readInputTransform, readMemberships, warnIfNamedAfterOutput } from '../sections/fuzzy-sets.js';
import { IndicatorTable, readIndicator } from '../sections/indicators.js';
import { isRecord } from '../section.js';
import type { Reader } from '../section.js';
import type { ReadNetworkInputs } from './grammar.js';

const FEATURE_ID = /^[A-Za-z][A-Za-z0-9_-]*$/;
const RESERVED_IDS = ['open', 'high', 'low', 'close', 'volume'];
/** Keys of a list entry that are not parameters. */
const ENTRY_KEYS = ['name', 'type', 'indicator', 'feature_id', 'params', 'periods'];

/**
 * v1 and v2: indicators are a list, the key of a fuzzy set names its indicator, and every set is an input on every
 * timeframe.
 */
export const readListStyle: ReadNetworkInputs = (reader, data) => {
  const table = readIndicators(reader);
  const fuzzySets = readFuzzySets(reader, table);
  table.warnUnused();
  const timeframes = data?.timeframes ?? [];
  return {
    indicators: table.settings,
    fuzzySets,
    nnInputs: fuzzySets.map((set): NnInput => ({ kind: 'fuzzy', fuzzySet: set.id, timeframes })),
    inputPaths: fuzzySets.map((set) => ['fuzzy_sets', set.id]),
  };
};

function readIndicators(reader: Reader): IndicatorTable {
  const table = new IndicatorTable(reader);
  const list = reader.document.get(['indicators']);
  if (!Array.isArray(list) || list.length === 0) {
    reader.error(['indicators'], `is ${describe(list)}; must be a list such as - {name: rsi, period: 14}`);
    return table;
  }
  reader.atMost(['indicators'], list.length, LIMITS.indicators, 'indicators');
  const ids = new EntryIds(reader, list);
  list.forEach((entry: unknown, index) => {
    const path = ['indicators', index];
    if (!isRecord(entry)) {
      reader.error(path, `is ${describe(entry)}; must be a map such as {name: rsi, period: 14}`);
      return;
    }
    for (const variant of variants(reader, entry, path)) {
      const typeKey = ['type', 'indicator', 'name'].find((key) => entry[key] !== undefined) ?? 'name';
      const name =
        reader.document.sourceText([...path, 'name']) ?? reader.document.sourceText([...path, typeKey]) ?? '';
      const id = ids.take(entry, path, `${name}${variant.suffix}`);
      const checked = readIndicator(reader, id, [...path, typeKey], variant.written);
      table.add({ id, name, path, checked });
    }
  });
  return table;
}

/** Ids of list entries: `feature_id` or the name. A name that is in use gets the suffix `_2`, `_3`, ... */
class EntryIds {
  private readonly taken: Set<unknown>;
  private readonly featureIds = new Set<string>();

  constructor(
    private readonly reader: Reader,
    list: readonly unknown[],
  ) {
    this.taken = new Set(list.map((entry) => (isRecord(entry) ? entry['feature_id'] : undefined)));
  }

  take(entry: Record<string, unknown>, path: Path, name: string): string {
    const featureId = entry['feature_id'];
    if (featureId !== undefined) return this.featureId(featureId, [...path, 'feature_id']);
    const plain = name.replaceAll('.', '_');
    let id = plain;
    for (let count = 2; this.taken.has(id); count++) id = `${plain}_${count}`;
    this.taken.add(id);
    return id;
  }

  private featureId(value: unknown, path: Path): string {
    const id = String(value);
    if (typeof value !== 'string' || !FEATURE_ID.test(id) || id.length > LIMITS.nameLength) {
      const right = `a letter, then letters, digits, "_" or "-", at most ${LIMITS.nameLength}`;
      this.reader.error(path, `is ${describe(value)}; must be ${right}`);
    } else if (RESERVED_IDS.includes(id.toLowerCase())) {
      this.reader.error(path, `is ${id}, which names a price column; choose another id`);
    } else if (this.featureIds.has(id)) {
      this.reader.error(path, `is ${id}, which another indicator already has; ids must be unique`);
    }
    this.featureIds.add(id);
    return id;
  }
}

/** One entry gives one indicator; with `periods: [20, 50]`, one per period. */
function variants(
  reader: Reader,
  entry: Record<string, unknown>,
  path: Path,
): { suffix: string; written: Map<string, Path> }[] {
  const written = new Map<string, Path>();
  for (const key of Object.keys(entry)) if (!ENTRY_KEYS.includes(key)) written.set(key, [...path, key]);
  const params = entry['params'];
  if (isRecord(params)) {
    for (const key of Object.keys(params)) written.set(key, [...path, 'params', key]);
  } else if (params !== undefined && params !== null) {
    reader.error([...path, 'params'], `is ${describe(params)}; must be a map of parameters`);
  }
  const periods = entry['periods'];
  if (periods === undefined) return [{ suffix: '', written }];
  if (!Array.isArray(periods) || periods.length === 0 || periods.length > LIMITS.indicators) {
    reader.error(
      [...path, 'periods'],
      `is ${describe(periods)}; must be a list of 1 to ${LIMITS.indicators} periods`,
    );
    return [];
  }
  return periods.map((period, index) => ({
    suffix: `_${String(period)}`,
    written: new Map([...written, ['period', [...path, 'periods', index]]]),
  }));
}

function readFuzzySets(reader: Reader, table: IndicatorTable): FuzzySet[] {
  const map = reader.map(
    ['fuzzy_sets'],
    'a map such as rsi: {low: {type: triangular, parameters: [0, 20, 40]}}',
  );
  if (map === null) return [];
  reader.atMost(['fuzzy_sets'], Object.keys(map).length, LIMITS.fuzzySets, 'fuzzy sets');
  return Object.keys(map).flatMap((key) => readFuzzySet(reader, table, key, map[key]) ?? []);
}

/** The key of the set is the id or the name of its indicator. A set without an indicator is ignored, with a warning. */
function readFuzzySet(reader: Reader, table: IndicatorTable, key: string, value: unknown): FuzzySet | null {
  const path = ['fuzzy_sets', key];
  const memberships = readMemberships(reader, path);
  if (!isRecord(value)) return null;
  const written = value['indicator'];
  const reference = typeof written === 'string' ? written : table.referenceOf(key);
  if (reference === null) {
    reader.warn(path, 'is ignored: no indicator has this id or name');
    return null;
  }
  const series = table.resolve(reference, typeof written === 'string' ? [...path, 'indicator'] : path);
  const transform = readInputTransform(reader, path);
  if (series === null || memberships === null) return null;
  warnIfNamedAfterOutput(reader, table, path, key, series);
  return {
    id: key,
    series,
    transform: transform === undefined ? impliedTransform(key) : transform,
    memberships,
  };
}

/** Sets on a plain `sma` or `ema` are written for price / average, which is 1 at the average. */
function impliedTransform(key: string): PriceRatioTransform | null {
  return /^(sma|ema)$/i.test(key) ? { type: 'price_ratio', reference: 'close' } : null;
}
