import type { IndicatorType } from '../indicators/indicator.js';
import { parametersSchema } from '../indicators/parameter-schema.js';
import { FEATURE_INDICATOR_TYPES, findIndicatorType } from '../indicators/registry.js';
import type { Path } from '../issues.js';
import type { IndicatorSettings, ParameterValue, SeriesReference } from '../model.js';
import { describe } from '../schema.js';
import type { Reader } from '../section.js';
import { closest, didYouMean } from '../suggest.js';

/** One indicator of the file, in any grammar. */
export interface IndicatorEntry {
  id: string;
  /** Name in older files, which a fuzzy set may use instead of the id. */
  name: string;
  /** Path of the indicator in the file. */
  path: Path;
  /** `null` if the indicator has errors. References to it are then not reported again. */
  checked: { settings: IndicatorSettings; type: IndicatorType } | null;
}

/** Column names that older files use for the outputs of an indicator. */
const OLD_COLUMNS = [
  { pattern: /^adx_(\d+)$/i, type: 'adx', output: 'adx' },
  { pattern: /^di_plus_(\d+)$/i, type: 'adx', output: 'plus_di' },
  { pattern: /^di_minus_(\d+)$/i, type: 'adx', output: 'minus_di' },
  { pattern: /^aroon_up_(\d+)$/i, type: 'aroon', output: 'up' },
  { pattern: /^aroon_down_(\d+)$/i, type: 'aroon', output: 'down' },
];

/** The indicators of a file by id. Records which of them are used. */
export class IndicatorTable {
  private readonly entries = new Map<string, IndicatorEntry>();
  private readonly used = new Set<string>();

  constructor(private readonly reader: Reader) {}

  add(entry: IndicatorEntry): void {
    this.entries.set(entry.id, entry);
  }

  /** Resolves the key of an older file's fuzzy set: an id, a name (case is ignored), or an old column name. */
  referenceOf(key: string): string | null {
    if (this.entries.has(key)) return key;
    const name = key.toLowerCase();
    const named = [...this.entries.values()].find((entry) => entry.name.toLowerCase() === name);
    return named?.id ?? this.columnReference(key);
  }

  /** `DI_Plus_14` is an output of the adx with that period, or of the first adx. */
  private columnReference(key: string): string | null {
    for (const { pattern, type, output } of OLD_COLUMNS) {
      const period = pattern.exec(key)?.[1];
      if (period === undefined) continue;
      const candidates = this.settings.filter((settings) => settings.type === type);
      const meant =
        candidates.find(({ parameters }) => parameters['period'] === Number(period)) ?? candidates[0];
      return meant === undefined ? null : `${meant.id}.${output}`;
    }
    return null;
  }

  get settings(): IndicatorSettings[] {
    return [...this.entries.values()].flatMap(({ checked }) => (checked === null ? [] : [checked.settings]));
  }

  /** Resolves `id` (the primary output) or `id.output`. Errors are reported at `path`. */
  resolve(reference: string, path: Path): SeriesReference | null {
    const dot = reference.indexOf('.');
    const id = dot < 0 ? reference : reference.slice(0, dot);
    const entry = this.entries.get(id);
    if (entry === undefined) {
      const ids = [...this.entries.keys()];
      const there =
        ids.length === 0 ? 'the file has no indicators' : `the indicators are ${ids.slice(0, 20).join(', ')}`;
      this.reader.error(
        path,
        `names the indicator ${JSON.stringify(id)}, but ${there}${didYouMean(id, ids)}`,
      );
      return null;
    }
    this.used.add(id);
    if (entry.checked === null) return null;
    const { type, outputs } = entry.checked.type;
    if (dot < 0) return { text: reference, indicator: id, output: 0 };
    const wanted = reference.slice(dot + 1);
    const output = outputs.indexOf(wanted);
    if (output >= 0 && outputs.length > 1) return { text: reference, indicator: id, output };
    const right =
      outputs.length === 1
        ? `${type} has one output: write ${id}`
        : `${type} has ${outputs.join(', ')}${didYouMean(wanted, outputs)}`;
    this.reader.error(path, `names the output ${JSON.stringify(wanted)}, but ${right}`);
    return null;
  }

  outputsOf(id: string): readonly string[] {
    return this.entries.get(id)?.checked?.type.outputs ?? [];
  }

  /** Warns of unused indicators, which are most likely mistakes. */
  warnUnused(): void {
    for (const { id, path, checked } of this.entries.values()) {
      if (checked !== null && !this.used.has(id))
        this.reader.warn(path, 'is not used by any fuzzy set or input');
    }
  }
}

/** The path of each written parameter. */
export type WrittenParameters = ReadonlyMap<string, Path>;

/**
 * Reads and checks an indicator's type and parameters.
 *
 * @param typePath path of the type's name
 * @param written parameters by their name in the file
 */
export function readIndicator(
  reader: Reader,
  id: string,
  typePath: Path,
  written: WrittenParameters,
): IndicatorEntry['checked'] {
  const name = reader.document.get(typePath);
  const names = FEATURE_INDICATOR_TYPES.map(({ type }) => type);
  const found = typeof name === 'string' ? findIndicatorType(name) : null;
  if (found === null) {
    const meant = typeof name === 'string' ? closest(name, names) : null;
    const right = meant === null ? `the indicators are ${names.join(', ')}` : `did you mean "${meant}"?`;
    reader.error(typePath, `is ${describe(name)}; ${right}`);
    return null;
  }
  const { type } = found;
  if (type.lookAhead !== undefined) {
    reader.error(typePath, `is ${describe(name)}, which strategies must not use: ${type.lookAhead}`);
    return null;
  }
  const places = namedParameters(reader, type, written);
  const values: Record<string, unknown> = { ...found.parameters };
  for (const [parameter, path] of places) values[parameter] = reader.document.get(path);
  const parameters = reader.parse(
    parametersSchema(type),
    values,
    typePath,
    (key) => places.get(String(key)) ?? typePath,
  );
  if (parameters === null || !wholeAsWritten(reader, type, places)) return null;
  return {
    type,
    settings: { id, type: type.type, parameters: parameters as Record<string, ParameterValue> },
  };
}

/** Maps the written parameters to their canonical names. Warns of those that the type does not have. */
function namedParameters(reader: Reader, type: IndicatorType, written: WrittenParameters): Map<string, Path> {
  const names = Object.keys(type.parameters);
  const places = new Map<string, Path>();
  for (const [key, path] of written) {
    if (!Object.hasOwn(type.parameters, key)) continue;
    places.set(key, path);
    const { noEffect } = type.parameters[key]!;
    if (noEffect !== undefined) {
      reader.issues.warn(reader.document.keyPlace(path), path, `has no effect: ${noEffect}`);
    }
  }
  for (const [key, path] of written) {
    if (places.has(key)) continue;
    const name = Object.hasOwn(type.parameterAliases, key) ? type.parameterAliases[key]! : null;
    if (name !== null && !places.has(name)) {
      places.set(name, path);
      continue;
    }
    const suggestion = closest(
      key,
      names.filter((other) => !places.has(other)),
    );
    const hint =
      suggestion === null ? `; it has ${names.join(', ') || 'none'}` : `; did you mean ${suggestion}?`;
    const problem = name === null ? `${type.type} has no such parameter${hint}` : `${name} is also given`;
    reader.issues.warn(reader.document.keyPlace(path), path, `has no effect: ${problem}`);
  }
  return places;
}

/** Rejects 14.0 for an integer, because such a period was probably computed by mistake. */
function wholeAsWritten(reader: Reader, type: IndicatorType, places: ReadonlyMap<string, Path>): boolean {
  let right = true;
  for (const [parameter, path] of places) {
    const source = reader.document.sourceText(path);
    if (type.parameters[parameter]!.kind !== 'whole' || source === null || /^[+-]?\d+$/.test(source))
      continue;
    reader.error(path, `is ${source}; write the whole number ${Math.trunc(Number(source))}`);
    right = false;
  }
  return right;
}
