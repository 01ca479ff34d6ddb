import type { IndicatorInfo, StrategySchema } from '@ktrdr/contracts';
import {
  describeNode,
  nodesAt,
  pathKey,
  plain,
  scalarsOf,
  valuesOf,
  type Scalars,
  type SchemaNode,
} from './schema-lookup.js';
import { outline, type OutlineEntry } from '../../../strategies/yaml-outline.js';

/** One entry of the list of completions. */
export interface Suggestion {
  label: string;
  kind: 'key' | 'value';
  /** A few words beside the label. */
  detail: string;
  /** One or two sentences. */
  info: string;
  /** What is inserted. */
  text: string;
}

/** What can be inserted at a place. */
export interface Suggestions {
  /** Where the word begins that is replaced. */
  from: number;
  options: Suggestion[];
}

/** Stands for the cursor, so that its place in the structure can be read. No text contains it. */
const CURSOR = '\u0001';

/** @param isForced the user asked for it: also without a typed letter */
export function suggest(
  schema: StrategySchema,
  text: string,
  offset: number,
  isForced: boolean,
): Suggestions | null {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  if (/(^|\s)#/.test(text.slice(lineStart, offset))) return null;
  const marked = text.slice(0, offset) + CURSOR + text.slice(offset);
  const entries = outline(marked);
  const at = entries.find(
    ({ path, value }) => value?.includes(CURSOR) === true || path.at(-1)?.includes(CURSOR) === true,
  );
  if (at === undefined) return null;
  const isInKey = at.path.some((key) => key.includes(CURSOR));
  const from = isInKey ? at.keyFrom : at.valueFrom;
  const typed = text.slice(from, offset);
  if (typed === '' && !isForced && at.kind === 'bare') return null;
  const scalars = scalarsOf(entries);
  const parent = at.path.slice(0, -1);
  const isFlow = isInFlow(text, at.keyFrom);
  if (isInKey && at.kind === 'pair') {
    return { from, options: keysAt(schema, parent, entries, scalars, isFlow ? 'flow' : 'renamed') };
  }
  if (at.kind === 'bare') {
    const options = keysAt(
      schema,
      at.path,
      entries,
      scalars,
      isFlow ? 'flow' : 'block',
      columnOf(text, from),
    );
    return { from, options };
  }
  const values = valuesAt(schema, at.path, entries, scalars);
  // an item of a list can be a map that begins on its line
  const options =
    values.length === 0 && at.kind === 'item'
      ? keysAt(schema, at.path, entries, scalars, isFlow ? 'flow' : 'block', columnOf(text, from))
      : values;
  return options.length === 0 ? null : { from, options };
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}

/** True inside braces that are open before a place. */
function isInFlow(text: string, offset: number): boolean {
  let depth = 0;
  for (const sign of text.slice(0, offset)) {
    if (sign === '{' || sign === '[') depth += 1;
    else if (sign === '}' || sign === ']') depth -= 1;
  }
  return depth > 0;
}

type KeyPlace = 'block' | 'flow' | 'renamed';

/** Keys of a map that it does not have yet. */
function keysAt(
  schema: StrategySchema,
  path: readonly string[],
  entries: readonly OutlineEntry[],
  scalars: Scalars,
  place: KeyPlace,
  column = 0,
): Suggestion[] {
  const used = new Set(
    entries
      .filter(
        (entry) =>
          entry.kind === 'pair' && entry.path.length === path.length + 1 && startsWith(entry.path, path),
      )
      .map((entry) => entry.path.at(-1)),
  );
  const found = new Map<string, Suggestion>();
  for (const node of nodesAt(schema.schema, path, scalars)) {
    for (const [name, property] of Object.entries(node.properties ?? {})) {
      if (used.has(name) || found.has(name)) continue;
      found.set(name, {
        label: name,
        kind: 'key',
        detail: [node.required?.includes(name) === true ? 'required' : '', describeNode(property)]
          .filter(Boolean)
          .join(', '),
        info: property.description ?? '',
        text: name + afterKey(property, place, column),
      });
    }
  }
  return [...found.values()];
}

function afterKey(property: SchemaNode, place: KeyPlace, column: number): string {
  if (place === 'renamed') return '';
  const isMap = property.type === 'object' || property.properties !== undefined;
  if (place === 'flow' || !isMap) return ': ';
  return `:\n${' '.repeat(column + 2)}`;
}

function startsWith(path: readonly string[], start: readonly string[]): boolean {
  return start.every((key, index) => path[index] === key);
}

function valuesAt(
  schema: StrategySchema,
  path: readonly string[],
  entries: readonly OutlineEntry[],
  scalars: Scalars,
): Suggestion[] {
  const special = namesAt(schema, path, entries, scalars);
  if (special !== null) return special;
  const options = new Map<string, Suggestion>();
  for (const node of nodesAt(schema.schema, path, scalars)) {
    for (const value of [...valuesOf(node), ...(node.default === undefined ? [] : [node.default])]) {
      if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') continue;
      const label = String(value);
      // `version: "3.0"` is a text that looks like a number
      const text = typeof value === 'string' && /^[\d.]+$/.test(value) ? `"${value}"` : label;
      options.set(label, {
        label,
        kind: 'value',
        detail: value === node.default ? 'default' : '',
        info: summaryOf(schema, path, label) ?? '',
        text,
      });
    }
  }
  return [...options.values()];
}

function summaryOf(schema: StrategySchema, path: readonly string[], value: string): string | null {
  if (path.at(-1) !== 'source') return null;
  return schema.labels.find(({ source }) => source === value)?.summary ?? null;
}

/** Values that are names: types of indicators, and ids that the file defines. */
function namesAt(
  schema: StrategySchema,
  path: readonly string[],
  entries: readonly OutlineEntry[],
  scalars: Scalars,
): Suggestion[] | null {
  const [section, , key] = path;
  if (path.length !== 3) return null;
  if (section === 'indicators' && key === 'type') {
    return schema.indicators
      .filter(({ look_ahead }) => look_ahead === null)
      .map((info) => valueOf(info.type, 'indicator', documentIndicator(info)));
  }
  if (
    (section === 'fuzzy_sets' && key === 'indicator') ||
    (section === 'nn_inputs' && key === 'raw_indicator')
  )
    return idsOf('indicators', entries).flatMap((id) => outputsOf(schema, id, scalars));
  if (section === 'nn_inputs' && key === 'fuzzy_set')
    return idsOf('fuzzy_sets', entries).map((id) => valueOf(id, 'fuzzy set', ''));
  return null;
}

function valueOf(label: string, detail: string, info: string): Suggestion {
  return { label, kind: 'value', detail, info, text: label };
}

function idsOf(section: string, entries: readonly OutlineEntry[]): string[] {
  return entries
    .filter(({ kind, path }) => kind === 'pair' && path.length === 2 && path[0] === section)
    .map(({ path }) => path[1] ?? '')
    .filter((id) => !id.includes(CURSOR));
}

/** An indicator's id, and its outputs if it has several. */
function outputsOf(schema: StrategySchema, id: string, scalars: Scalars): Suggestion[] {
  const type = scalars.get(pathKey(['indicators', id, 'type'])) ?? '';
  const info = findIndicator(schema, type);
  const several = info === undefined || info.outputs.length < 2 ? [] : info.outputs;
  return [
    valueOf(id, type, info?.summary ?? ''),
    ...several.map((output) => valueOf(`${id}.${output}`, type, info?.summary ?? '')),
  ];
}

export function findIndicator(schema: StrategySchema, type: string): IndicatorInfo | undefined {
  const wanted = plain(type);
  return schema.indicators.find((info) =>
    [info.type, ...info.aliases].some((name) => plain(name) === wanted),
  );
}

/** What an indicator is, with its parameters and outputs. */
export function documentIndicator({ summary, parameters, outputs }: IndicatorInfo): string {
  const names = parameters.map(
    ({ name, default: value, min, max }) =>
      `${name} ${String(value)}${min === null || max === null ? '' : ` (${min} to ${max})`}`,
  );
  return [
    `${summary}.`,
    names.length === 0 ? '' : `Parameters: ${names.join(', ')}.`,
    outputs.length < 2 ? '' : `Outputs: ${outputs.join(', ')}.`,
  ]
    .filter(Boolean)
    .join(' ');
}
