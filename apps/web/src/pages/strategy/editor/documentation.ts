import type { StrategySchema } from '@ktrdr/contracts';
import { describeNode, nodesAt, scalarsOf } from './schema-lookup.js';
import { documentIndicator, findIndicator } from './suggestions.js';
import { outline } from '../../../strategies/yaml-outline.js';

/** What the schema says about a place of a text. */
export interface Documentation {
  from: number;
  to: number;
  /** Path of the key, or the type of an indicator. */
  title: string;
  text: string;
  /** Type, bounds and default. */
  detail: string;
}

/** Documentation of the key or the value at a place; `null` if there is none. */
export function documentationAt(schema: StrategySchema, text: string, offset: number): Documentation | null {
  const entries = outline(text);
  const scalars = scalarsOf(entries);
  const onValue = entries.find(
    ({ value, valueFrom, valueTo }) => value !== null && offset >= valueFrom && offset < valueTo,
  );
  if (onValue !== undefined) return documentValue(schema, onValue);
  const entry = entries.find(
    ({ kind, keyFrom, keyTo }) => kind === 'pair' && offset >= keyFrom && offset < keyTo,
  );
  if (entry === undefined) return null;
  const nodes = nodesAt(schema.schema, entry.path, scalars);
  const node = nodes.find(({ description }) => description !== undefined);
  if (node === undefined) return null;
  return {
    from: entry.keyFrom,
    to: entry.keyTo,
    title: entry.path.join('.'),
    text: node.description ?? '',
    detail: nodes.map(describeNode).find((words) => words !== '') ?? '',
  };
}

function documentValue(
  schema: StrategySchema,
  { path, value, valueFrom, valueTo }: ReturnType<typeof outline>[number],
): Documentation | null {
  const at = { from: valueFrom, to: valueTo, title: value ?? '', detail: '' };
  if (path.length === 3 && path[0] === 'indicators' && path[2] === 'type') {
    const info = findIndicator(schema, value ?? '');
    return info === undefined ? null : { ...at, text: documentIndicator(info) };
  }
  if (path.at(-1) === 'source') {
    const label = schema.labels.find(({ source }) => source === value);
    return label === undefined ? null : { ...at, text: label.summary };
  }
  return null;
}
