import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse, stringify } from 'yaml';

import { loadStrategy } from './load-strategy.js';
import { MODEL_TYPES } from './model.js';
import { strategySchema } from './strategy-schema.js';
import { V3 } from './test/strategy-text.js';

interface Schema {
  type?: string;
  description?: string;
  default?: unknown;
  const?: unknown;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  anyOf?: Schema[];
  items?: Schema;
  additionalProperties?: Schema;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minItems?: number;
  maxItems?: number;
}

type File = Record<string, unknown>;

/** A key of a file whose value is a number, a word or a flag, and a file in which it may stand. */
interface Leaf {
  path: string[];
  schema: Schema;
  file: File;
}

const { schema, indicators, labels } = strategySchema();
const FILE = schema as Schema;
const BASE = parse(V3) as File;
/** Values of keys that a section needs before any of its other keys counts. */
const NEEDED: Record<string, unknown> = {
  hidden_layers: [4],
  sequence_length: 10,
  train: 0.6,
  validation: 0.2,
  value: 0.1,
  type: 'step',
};
/** What else a file says where a key counts. */
const WHERE_IT_COUNTS: Record<string, File> = {
  'decisions.cost_model': {
    decisions: { output_format: 'regression' },
    training: { labels: { source: 'forward_return' } },
  },
  'risk_management.position_size': { risk_management: { position_sizing: 'fixed_fraction' } },
  'risk_management.risk_per_trade': { risk_management: { position_sizing: 'fixed_fraction' } },
  'risk_management.target_volatility': { risk_management: { position_sizing: 'volatility_target' } },
};
/** A larger one is an amount of money, which another program reads. */
const NO_LARGEST = [
  'risk_management.position_size',
  'risk_management.max_position_size',
  'orchestrator.max_position_size',
];

function withValue(file: File, [key, ...rest]: string[], value: unknown): File {
  const inside = rest.length === 0 ? value : withValue((file[key!] ?? {}) as File, rest, value);
  return { ...file, [key!]: inside };
}

/** All leaves below a schema. An alternative sets the keys that choose it, and those that it needs. */
function leavesOf(at: Schema, path: string[], file: File): Leaf[] {
  const own = Object.entries(at.properties ?? {}).flatMap(([key, property]) =>
    leavesOf(property, [...path, key], withNeeded(at, path, file)),
  );
  const others = (at.anyOf ?? [])
    .filter(({ properties }) => properties !== undefined)
    .flatMap((branch) => leavesOf(branch, path, chosen(branch, path, file)));
  const isLeaf = at.enum !== undefined || ['number', 'integer', 'boolean'].includes(at.type ?? '');
  return [...own, ...others, ...(isLeaf ? [{ path, schema: at, file: whereItCounts(path, file) }] : [])];
}

function whereItCounts(path: string[], file: File): File {
  const found = Object.entries(WHERE_IT_COUNTS).find(([key]) => path.join('.').startsWith(key));
  return Object.entries(found?.[1] ?? {}).reduce(
    (made, [key, value]) => withValue(made, [key], { ...(made[key] as File), ...(value as File) }),
    file,
  );
}

function withNeeded({ required = [] }: Schema, path: string[], file: File): File {
  return required
    .filter((key) => key in NEEDED && path.length > 0 && valueAt(file, [...path, key]) === undefined)
    .reduce((known, key) => withValue(known, [...path, key], NEEDED[key]), file);
}

/** Section by section, because the keys of one kind mean something else in another. */
function chosen({ properties = {} }: Schema, path: string[], file: File): File {
  let made = file;
  for (const [key, { const: fixed }] of Object.entries(properties)) {
    if (fixed === undefined) continue;
    if (key === 'source') made = withValue(made, ['training', 'labels'], {});
    if (key === 'type' && path[0] === 'model') made = withValue(made, ['model', 'architecture'], {});
    made = withValue(made, [...path, key], fixed);
    if (fixed === 'forward_return') {
      made = withValue(made, ['decisions'], { output_format: 'regression', cost_model: {} });
    }
  }
  return made;
}

function valueAt(file: unknown, path: string[]): unknown {
  return path.reduce((value, key) => (value as File | undefined)?.[key], file);
}

const check = (file: File) => loadStrategy(stringify(file), { file: 'base.yaml' });
/** Errors about the value itself, without those about another key: the sum of shares, the size of a network. */
const problemsOfType = (file: File, path: string[]): string[] =>
  check(file)
    .issues.filter(({ severity, path: at }) => severity === 'error' && at === path.join('.'))
    .map(({ message }) => message)
    .filter((message) =>
      /must be (a number|a whole number|one of [^t]|true or false)|has only/.test(message),
    );

const SECTIONS = [
  'training_data',
  'model',
  'decisions',
  'training',
  'backtesting',
  'risk_management',
  'orchestrator',
];
const leaves = SECTIONS.flatMap((name) => leavesOf(FILE.properties![name]!, [name], BASE));
const named = leaves.map((leaf) => [leaf.path.join('.'), leaf] as const);

test('the schema is a valid one, and accepts every strategy of the current grammar in this repository', () => {
  const accepts = new Ajv2020({ strict: false, allErrors: true, validateFormats: false }).compile(FILE);
  const folder = join(import.meta.dirname, '../../../strategies');
  const files = readdirSync(folder)
    .map((name) => parse(readFileSync(join(folder, name), 'utf8')) as File)
    .filter(({ version }) => version === '3.0');
  expect(files.length).toBeGreaterThan(5);
  for (const file of [BASE, ...files])
    expect([file['name'], accepts(file), accepts.errors]).toEqual([file['name'], true, null]);
  for (const [path, wrong] of [
    [['indicators', 'rsi_14', 'period'], 0],
    [
      ['fuzzy_sets', 'momentum', 'low'],
      [1, 2],
    ],
    [['nn_inputs'], []],
    [['nn_inputs'], [{ fuzzy_set: 'momentum', raw_indicator: 'rsi_14', timeframes: 'all' }]],
    [['model', 'type'], 'transformer'],
    [['name'], 'a/b'],
  ] as const) {
    const file = withValue(BASE, [...path], wrong);
    expect([path, accepts(file), check(file).strategy]).toEqual([path, false, null]);
  }
});

test('every key has a description', () => {
  const missing: string[] = [];
  const visit = (at: Schema, path: string): void => {
    for (const [key, property] of Object.entries(at.properties ?? {})) {
      // an indicator and an alternative repeat keys that are described elsewhere
      const isDescribed = property.const !== undefined || path.includes('|');
      if (property.description === undefined && !isDescribed) missing.push(`${path}.${key}`);
      visit(property, `${path}.${key}`);
    }
    for (const branch of at.anyOf ?? []) visit(branch, path.startsWith('.indicators') ? `${path}|` : path);
    if (at.additionalProperties !== undefined) visit(at.additionalProperties, `${path}.*`);
    if (at.items !== undefined) visit(at.items, `${path}[]`);
  };
  visit(FILE, '');
  expect(missing).toEqual([]);
});

test('it has every kind of label, network and indicator', () => {
  expect(labels.map(({ source, classes }) => [source, classes?.length ?? null])).toEqual([
    ['zigzag', 3],
    ['forward_return', null],
    ['triple_barrier', 3],
    ['context', 3],
    ['regime', 4],
  ]);
  expect(FILE.properties!['model']!.properties!['type']!.enum).toEqual([...MODEL_TYPES]);
  const alternatives = FILE.properties!['indicators']!.additionalProperties!.anyOf!;
  const types = alternatives.map(({ properties }) => properties!['type']!.enum![0]);
  expect(types).toEqual(indicators.filter((one) => one.look_ahead === null).map(({ type }) => type));
  expect(leaves.length).toBeGreaterThan(60);
});

describe('the grammar reads a file as the schema says', () => {
  test.each(named.filter(([, leaf]) => leaf.schema.default !== undefined))(
    '%s: the default is the one that a missing key has',
    (_name, { path, schema: leaf, file }) => {
      const written = check(withValue(file, path, leaf.default)).strategy;
      // JSON has no undefined
      const without = JSON.parse(JSON.stringify(withValue(file, path, undefined))) as File;
      expect(written).not.toBeNull();
      expect(check(without).strategy).toEqual(written);
    },
  );

  test.each(named.filter(([, leaf]) => leaf.schema.enum !== undefined))(
    '%s: the allowed words are those of the schema',
    (_name, { path, schema: leaf, file }) => {
      for (const word of leaf.enum!) expect(problemsOfType(withValue(file, path, word), path)).toEqual([]);
      expect(problemsOfType(withValue(file, path, 'nosuch'), path)).toHaveLength(
        // only a warning: other programs have further methods
        path.join('.') === 'risk_management.position_sizing' ? 0 : 1,
      );
    },
  );

  test.each(named.filter(([, leaf]) => leaf.schema.type === 'number' || leaf.schema.type === 'integer'))(
    '%s: the limits are those of the schema',
    (_name, { path, schema: leaf, file }) => {
      const problems = (value: number): number => problemsOfType(withValue(file, path, value), path).length;
      const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = leaf;
      const hasLargest = !NO_LARGEST.includes(path.join('.'));
      const inside = [minimum, maximum].filter((value) => value !== undefined);
      const outside = [
        exclusiveMinimum,
        exclusiveMaximum,
        minimum === undefined ? undefined : minimum - 1,
        maximum === undefined || !hasLargest ? undefined : maximum + 1,
      ].filter((value) => value !== undefined);
      expect([inside.map(problems), outside.map(problems)]).toEqual([
        inside.map(() => 0),
        outside.map(() => 1),
      ]);
    },
  );
});
