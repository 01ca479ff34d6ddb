import { isTimeframe, timeframeHint, TIMEFRAMES } from '@ktrdr/contracts';
import type { Timeframe } from '@ktrdr/contracts';

import type { Path } from '../issues.js';
import { LIMITS } from '../limits.js';
import type { FuzzySet, NnInput, NormalisationMethod } from '../model.js';
import { choice, describe } from '../schema.js';
import { readInputTransform, readMemberships, warnIfNamedAfterOutput } from '../sections/fuzzy-sets.js';
import { IndicatorTable, readIndicator } from '../sections/indicators.js';
import type { TrainingData } from '../sections/symbols-and-timeframes.js';
import { isRecord } from '../section.js';
import type { Reader } from '../section.js';
import { didYouMean } from '../suggest.js';
import type { NetworkInputs, ReadNetworkInputs } from './grammar.js';

/** Schema of `normalization` of a raw input. */
export const NORMALIZATION = choice(['minmax', 'zscore', 'none']).describe(
  'How raw values are scaled. The parameters come from the training part.',
);

/** v3: indicators and fuzzy sets are maps by id, and `nn_inputs` lists the inputs of the network. */
export const readV3: ReadNetworkInputs = (reader, data, timeframesGiven) => {
  const table = readIndicators(reader);
  const sets = readFuzzySets(reader, table);
  const inputs = new InputReader(reader, table, sets, data, timeframesGiven).read();
  table.warnUnused();
  refuseContextData(reader);
  return {
    indicators: table.settings,
    fuzzySets: [...sets.values()].filter((set) => set !== null),
    ...inputs,
  };
};

function readIndicators(reader: Reader): IndicatorTable {
  const table = new IndicatorTable(reader);
  const map = reader.map(['indicators'], 'a map such as rsi_14: {type: rsi, period: 14}') ?? {};
  reader.atMost(['indicators'], Object.keys(map).length, LIMITS.indicators, 'indicators');
  for (const id of Object.keys(map)) {
    const path = ['indicators', id];
    const entry = reader.map(path);
    const named = checkId(reader, path, id);
    const written = new Map(
      Object.keys(entry ?? {})
        .filter((key) => key !== 'type' && key !== 'data_source')
        .map((key): [string, Path] => [key, [...path, key]]),
    );
    if (entry?.['data_source'] !== undefined) {
      reader.error(
        [...path, 'data_source'],
        'is not available in this version; indicators use the bars of the symbol',
      );
    }
    const checked = entry === null ? null : readIndicator(reader, id, [...path, 'type'], written);
    table.add({ id, name: id, path, checked: named ? checked : null });
  }
  return table;
}

/** Sets by id; `null` for a set with errors. */
function readFuzzySets(reader: Reader, table: IndicatorTable): Map<string, FuzzySet | null> {
  const sets = new Map<string, FuzzySet | null>();
  const map =
    reader.map(['fuzzy_sets'], 'a map such as momentum: {indicator: rsi_14, low: [0, 20, 40]}') ?? {};
  reader.atMost(['fuzzy_sets'], Object.keys(map).length, LIMITS.fuzzySets, 'fuzzy sets');
  for (const id of Object.keys(map)) {
    const path = ['fuzzy_sets', id];
    const memberships = readMemberships(reader, path);
    const transform = isRecord(map[id]) ? readInputTransform(reader, path) : null;
    const series = isRecord(map[id]) ? readReference(reader, table, path, map[id]) : null;
    if (series !== null) warnIfNamedAfterOutput(reader, table, path, id, series);
    const whole = memberships !== null && series !== null && checkId(reader, path, id, true);
    sets.set(id, whole ? { id, series, transform: transform ?? null, memberships } : null);
  }
  return sets;
}

/** `indicator: id`, `indicator: id.output`, or `indicator: id` with the output in a separate key. */
function readReference(reader: Reader, table: IndicatorTable, path: Path, set: Record<string, unknown>) {
  const { indicator, output } = set;
  const place = [...path, 'indicator'];
  if (typeof indicator !== 'string' || indicator === '') {
    reader.error(place, `is ${describe(indicator)}; must be the id of an indicator, or id.output`);
    return null;
  }
  if (typeof output !== 'string') return table.resolve(indicator, place);
  reader.warn([...path, 'output'], `is read as indicator: ${indicator}.${output}; write that instead`);
  return table.resolve(`${indicator}.${output}`, place);
}

function checkId(reader: Reader, path: Path, id: string, dotAllowed = false): boolean {
  const problem =
    id.trim() === '' || id.length > LIMITS.nameLength
      ? `an id has 1 to ${LIMITS.nameLength} characters`
      : id.includes('.') && !dotAllowed
        ? 'an id must not contain a dot, which separates the output, as in macd_12.signal'
        : null;
  if (problem !== null) reader.issues.error(reader.document.keyPlace(path), path, problem);
  return problem === null;
}

/** Reports an error, with its line and column, if the file uses `context_data`: this version cannot load them. */
function refuseContextData(reader: Reader): void {
  const value = reader.document.get(['context_data']);
  if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return;
  reader.error(
    ['context_data'],
    'is not available in this version; remove it, and the indicators that use it',
  );
}

class InputReader {
  private readonly nnInputs: NnInput[] = [];
  private readonly inputPaths: Path[] = [];

  constructor(
    private readonly reader: Reader,
    private readonly table: IndicatorTable,
    private readonly sets: ReadonlyMap<string, FuzzySet | null>,
    private readonly data: TrainingData | null,
    private readonly timeframesGiven: boolean,
  ) {}

  read(): Pick<NetworkInputs, 'nnInputs' | 'inputPaths'> {
    const list = this.reader.document.get(['nn_inputs']);
    if (!Array.isArray(list) || list.length === 0) {
      const message = `is ${describe(list)}; must be a list such as - {fuzzy_set: momentum, timeframes: all}`;
      this.reader.error(['nn_inputs'], message);
    } else if (this.reader.atMost(['nn_inputs'], list.length, LIMITS.nnInputs, 'inputs')) {
      list.forEach((entry, index) => this.input(entry, ['nn_inputs', index]));
    }
    return { nnInputs: this.nnInputs, inputPaths: this.inputPaths };
  }

  private input(entry: unknown, path: Path): void {
    if (!isRecord(entry)) {
      this.reader.error(
        path,
        `is ${describe(entry)}; must be a map such as {fuzzy_set: momentum, timeframes: all}`,
      );
      return;
    }
    this.reader.warnUnknown(path, ['fuzzy_set', 'raw_indicator', 'timeframes', 'normalization']);
    const timeframes = this.timeframes(entry['timeframes'], [...path, 'timeframes']);
    const { fuzzy_set: fuzzySet, raw_indicator: raw } = entry;
    if ((fuzzySet === undefined) === (raw === undefined)) {
      const count = raw === undefined ? 'neither' : 'both';
      this.reader.error(
        path,
        `has ${count} fuzzy_set ${raw === undefined ? 'nor' : 'and'} raw_indicator; write one of them`,
      );
      return;
    }
    const normalisation = this.normalisation(
      entry['normalization'],
      [...path, 'normalization'],
      raw !== undefined,
    );
    if (raw !== undefined) this.rawInput(raw, path, timeframes, normalisation);
    else this.fuzzyInput(fuzzySet, path, timeframes);
  }

  private fuzzyInput(value: unknown, path: Path, timeframes: Timeframe[] | null): void {
    const place = [...path, 'fuzzy_set'];
    const ids = [...this.sets.keys()];
    if (typeof value !== 'string' || !this.sets.has(value)) {
      const hint = typeof value === 'string' ? didYouMean(value, ids) : '';
      this.reader.error(
        place,
        `is ${describe(value)}; the fuzzy sets are ${ids.slice(0, 20).join(', ')}${hint}`,
      );
      return;
    }
    if (timeframes !== null) this.add({ kind: 'fuzzy', fuzzySet: value, timeframes }, path);
  }

  private rawInput(
    value: unknown,
    path: Path,
    timeframes: Timeframe[] | null,
    normalisation: NormalisationMethod | null,
  ): void {
    const place = [...path, 'raw_indicator'];
    if (typeof value !== 'string') {
      this.reader.error(place, `is ${describe(value)}; must be the id of an indicator, or id.output`);
      return;
    }
    const series = this.table.resolve(value, place);
    if (series === null || timeframes === null || normalisation === null) return;
    this.add({ kind: 'raw', series, timeframes, normalisation }, path);
  }

  private add(input: NnInput, path: Path): void {
    this.nnInputs.push(input);
    this.inputPaths.push(path);
  }

  private normalisation(value: unknown, path: Path, isRaw: boolean): NormalisationMethod | null {
    if (value === undefined || value === null) return 'none';
    const method = this.reader.parse(NORMALIZATION, value, path);
    if (method !== null && method !== 'none' && !isRaw) {
      this.reader.warn(path, 'has no effect on a fuzzy set: degrees are already between 0 and 1');
    }
    return method;
  }

  /** `all`, or names from the timeframes of this training. */
  private timeframes(value: unknown, path: Path): Timeframe[] | null {
    if (value === 'all') return this.data?.timeframes ?? null;
    const names: unknown = typeof value === 'string' ? [value] : value;
    if (!Array.isArray(names) || names.length === 0) {
      this.reader.error(path, `is ${describe(value)}; must be all, or a list of timeframes`);
      return null;
    }
    if (!this.reader.atMost(path, names.length, TIMEFRAMES.length, 'timeframes')) return null;
    const chosen: Timeframe[] = [];
    names.forEach((name: unknown, index) => {
      const place = typeof value === 'string' ? path : [...path, index];
      if (typeof name !== 'string' || !isTimeframe(name)) {
        const hint = typeof name === 'string' ? timeframeHint(name) || didYouMean(name, ['all']) : '';
        this.reader.error(
          place,
          `is ${describe(name)}; must be all, or among ${TIMEFRAMES.join(', ')}${hint}`,
        );
      } else if (this.data !== null && !this.data.timeframes.includes(name)) {
        const whose = this.timeframesGiven ? 'given for this training' : 'of training_data';
        const right = `the timeframes ${whose} are ${this.data.timeframes.join(', ')}`;
        this.reader.error(place, `needs ${name} bars, but ${right}; add ${name} there or remove it here`);
      } else {
        chosen.push(name);
      }
    });
    return this.data !== null && chosen.length === names.length ? chosen : null;
  }
}
