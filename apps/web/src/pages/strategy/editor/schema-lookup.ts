import type { JsonSchema } from '@ktrdr/contracts';
import type { OutlineEntry } from '../../../strategies/yaml-outline.js';

/** What the page uses of a JSON Schema. */
export interface SchemaNode {
  type?: string | readonly string[];
  description?: string;
  default?: unknown;
  const?: unknown;
  enum?: readonly unknown[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  properties?: Readonly<Record<string, SchemaNode>>;
  additionalProperties?: SchemaNode | boolean;
  items?: SchemaNode;
  required?: readonly string[];
  anyOf?: readonly SchemaNode[];
  oneOf?: readonly SchemaNode[];
}

/** Keys whose value says which of several schemas a map follows. */
const DISCRIMINATORS = ['type', 'source'] as const;

/** Scalars of a text by their path. */
export type Scalars = ReadonlyMap<string, string>;

export function pathKey(path: readonly string[]): string {
  return path.join('\n');
}

export function scalarsOf(entries: readonly OutlineEntry[]): Scalars {
  return new Map(
    entries.flatMap(({ kind, path, value }): [string, string][] =>
      kind === 'bare' || value === null ? [] : [[pathKey(path), value]],
    ),
  );
}

/**
 * The schemas that hold at a path: one, or several where a value can have several forms.
 * @param scalars decide between forms, such as the type of an indicator
 */
export function nodesAt(root: JsonSchema, path: readonly string[], scalars: Scalars): SchemaNode[] {
  let nodes = formsOf(root as SchemaNode, [], scalars);
  path.forEach((key, index) => {
    const here = path.slice(0, index + 1);
    nodes = nodes.flatMap((node) => childrenOf(node, key)).flatMap((node) => formsOf(node, here, scalars));
  });
  return nodes;
}

function childrenOf(node: SchemaNode, key: string): SchemaNode[] {
  const property = node.properties?.[key];
  if (property !== undefined) return [property];
  if (node.items !== undefined && /^\d+$/.test(key)) return [node.items];
  return typeof node.additionalProperties === 'object' ? [node.additionalProperties] : [];
}

/** A schema and those of its alternatives that the written values choose. */
function formsOf(node: SchemaNode, path: readonly string[], scalars: Scalars): SchemaNode[] {
  const alternatives = [...(node.anyOf ?? []), ...(node.oneOf ?? [])].filter((form) =>
    isChosen(form, node, path, scalars),
  );
  return [node, ...alternatives.flatMap((form) => formsOf(form, path, scalars))];
}

function isChosen(form: SchemaNode, node: SchemaNode, path: readonly string[], scalars: Scalars): boolean {
  for (const name of DISCRIMINATORS) {
    const wanted = form.properties?.[name];
    const values = wanted === undefined ? [] : valuesOf(wanted);
    if (values.length === 0) continue;
    const written = scalars.get(pathKey([...path, name])) ?? node.properties?.[name]?.default;
    return typeof written === 'string' && values.some((value) => plain(String(value)) === plain(written));
  }
  return true;
}

/** Names are compared as the API does: without case, `_`, `-` and spaces. */
export function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_-]/g, '');
}

/** The allowed values of a schema, if they are few. */
export function valuesOf(node: SchemaNode): unknown[] {
  if (node.const !== undefined) return [node.const];
  if (node.enum !== undefined) return [...node.enum];
  return node.type === 'boolean' ? [true, false] : [];
}

/** Type, bounds and default in words: `whole number, 2 to 500, default 14`. */
export function describeNode(node: SchemaNode): string {
  const parts: string[] = [];
  const values = valuesOf(node);
  if (values.length > 0) parts.push(values.map(String).join(' | '));
  else if (typeof node.type === 'string') parts.push(TYPE_WORDS[node.type] ?? node.type);
  const bounds = boundsOf(node);
  if (bounds !== null) parts.push(bounds);
  if (node.default !== undefined && node.default !== null)
    parts.push(`default ${JSON.stringify(node.default)}`);
  return parts.join(', ');
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  integer: 'whole number',
  string: 'text',
  array: 'list',
  object: 'map',
};

function boundsOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: SchemaNode): string | null {
  const low = minimum ?? exclusiveMinimum;
  const high = maximum ?? exclusiveMaximum;
  const hasHigh = high !== undefined && Math.abs(high) < Number.MAX_SAFE_INTEGER;
  const lowWords = low === undefined ? null : minimum === undefined ? `above ${low}` : `at least ${low}`;
  const highWords = !hasHigh ? null : maximum === undefined ? `below ${high}` : `at most ${high}`;
  if (minimum !== undefined && maximum !== undefined && hasHigh) return `${minimum} to ${maximum}`;
  return [lowWords, highWords].filter((words) => words !== null).join(', ') || null;
}
