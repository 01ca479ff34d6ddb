import { KtrdrError } from '@ktrdr/contracts';
import type { MigrateStrategyResponse } from '@ktrdr/contracts';
import { isMap, isScalar, parseDocument, Scalar, visit, YAMLMap } from 'yaml';
import type { Document, Node, Pair } from 'yaml';

import { indicatorType } from './indicators/registry.js';
import { StrategyError } from './issues.js';
import { loadStrategy } from './load-strategy.js';
import type { FuzzySet, IndicatorSettings, Strategy } from './model.js';

/**
 * Migrates a v2 file to the v3 grammar: indicators by id with all parameters, sets with their indicator, and
 * `nn_inputs` with every set on all timeframes. Everything else stays as written, including comments. A v3 file is
 * returned unchanged.
 *
 * @throws KtrdrError `strategy_invalid` if the file has errors, `invalid_request` for a v1 file
 */
export function migrateStrategy(text: string, file: string): MigrateStrategyResponse {
  const { strategy, issues } = loadStrategy(text, { file });
  if (strategy === null) throw new StrategyError(file, issues);
  const { name, sourceVersion } = strategy;
  switch (sourceVersion) {
    case 'v1':
      throw new KtrdrError(
        'invalid_request',
        `${file} is a v1 file. It loads as it is; only v2 files can be migrated. To make it v2, add training_data.`,
      );
    case 'v3':
      return {
        strategy: text,
        name,
        from: 'v3',
        notes: ['The file is already v3; nothing was changed.'],
        issues,
      };
    case 'v2': {
      const notes: string[] = [];
      const migrated = migrateText(text, strategy, notes);
      const result = loadStrategy(migrated, { file });
      if (result.strategy === null) throw new StrategyError(`${file}, migrated,`, result.issues);
      return { strategy: migrated, name, from: 'v2', notes, issues: result.issues };
    }
  }
}

function migrateText(text: string, strategy: Strategy, notes: string[]): string {
  const document = parseDocument(text);
  expandAliases(document);
  const root = document.contents as YAMLMap;
  root.set('version', quoted('3.0'));
  root.set('indicators', indicatorsNode(document, strategy.indicators));
  migrateFuzzySets(document, root.get('fuzzy_sets') as YAMLMap<Scalar, Node>, strategy.fuzzySets, notes);
  const inputs = document.createNode(
    strategy.fuzzySets.map(({ id }) => flow(document, { fuzzy_set: id, timeframes: 'all' })),
  );
  root.delete('nn_inputs');
  const key = new Scalar('nn_inputs');
  key.spaceBefore = true;
  const sets = root.items.findIndex((pair) => keyText(pair.key as Scalar) === 'fuzzy_sets');
  root.items.splice(sets + 1, 0, document.createPair(key, inputs));
  if (strategy.lookbackPeriods > 0) {
    notes.push(
      `lookback_periods ${strategy.lookbackPeriods} is not used in a v3 file: the migrated strategy has no lagged inputs.`,
    );
  }
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** Replaces aliases by copies, because moving a section could separate an alias from its anchor. */
function expandAliases(document: Document): void {
  visit(document, {
    Alias: (_, alias) => alias.resolve(document)!.clone() as Node,
  });
  visit(document, {
    Node: (_, node) => {
      if ('anchor' in node) delete node.anchor;
    },
  });
}

function indicatorsNode(document: Document, indicators: readonly IndicatorSettings[]): Node {
  return document.createNode(
    new Map(
      indicators.map(({ id, type, parameters }) => {
        const { parameters: definitions } = indicatorType(type);
        const effective = Object.entries(parameters).filter(([name]) => !definitions[name]?.noEffect);
        return [id, flow(document, { type, ...Object.fromEntries(effective) })];
      }),
    ),
  );
}

function migrateFuzzySets(
  document: Document,
  map: YAMLMap<Scalar, Node>,
  sets: readonly FuzzySet[],
  notes: string[],
): void {
  const byId = new Map(sets.map((set) => [set.id, set]));
  map.items = map.items.filter(({ key, value }) => {
    const id = keyText(key);
    const set = byId.get(id);
    if (set === undefined) {
      notes.push(`The fuzzy set ${id} is ignored: no indicator has this id or name.`);
      return false;
    }
    if (isMap<Scalar, Node>(value)) migrateFuzzySet(document, value, set);
    return true;
  });
}

function migrateFuzzySet(
  document: Document,
  map: YAMLMap<Scalar, Node>,
  { series, transform }: FuzzySet,
): void {
  const hasTransform = map.has('input_transform');
  map.items = map.items.filter(
    ({ key, value }) => keyText(key) !== 'indicator' && !(keyText(key) === 'output' && isScalar(value)),
  );
  const first = [document.createPair('indicator', series.text)];
  if (transform !== null && !hasTransform) {
    first.push(document.createPair('input_transform', flow(document, { ...transform })));
  }
  map.items.unshift(...(first as Pair<Scalar, Node>[]));
}

function keyText(key: Scalar): string {
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
}

function flow(document: Document, entries: Record<string, unknown>): Node {
  return document.createNode(entries, { flow: true });
}

function quoted(text: string): Scalar {
  const scalar = new Scalar(text);
  scalar.type = Scalar.QUOTE_DOUBLE;
  return scalar;
}
