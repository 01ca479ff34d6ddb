import { KtrdrError } from '@ktrdr/contracts';
import type { MigrateStrategyResponse } from '@ktrdr/contracts';
import { isMap, isScalar, parseDocument, Scalar, visit, YAMLMap } from 'yaml';
import type { Document, Node, Pair } from 'yaml';

import { indicatorType } from './indicators/registry.js';
import { StrategyError } from './issues.js';
import { loadStrategy } from './load-strategy.js';
import type { FuzzySet, IndicatorSettings, Strategy } from './model.js';

/**
 * A v2 file in the v3 grammar: indicators by id with every parameter, sets that name their indicator, `nn_inputs` with
 * every set on all timeframes. All else stays as it is written, comments too. A v3 file is answered unchanged.
 *
 * @throws KtrdrError `strategy_invalid` where the file has errors, `invalid_request` for a v1 file
 */
export function migrateStrategy(text: string, file: string): MigrateStrategyResponse {
  const { strategy, issues } = loadStrategy(text, { file });
  if (strategy === null) throw new StrategyError(file, issues);
  const { name, sourceVersion } = strategy;
  switch (sourceVersion) {
    case 'v1':
      throw new KtrdrError(
        'invalid_request',
        `${file} is a v1 file: it loads as it is, but only v2 files can be migrated. Give it training_data to make it one.`,
      );
    case 'v3':
      return {
        strategy: text,
        name,
        from: 'v3',
        notes: ['It is a v3 file already: nothing was changed.'],
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
      `lookback_periods ${strategy.lookbackPeriods} is not applied in a v3 file: the migrated strategy has no lagged inputs.`,
    );
  }
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** Sections are taken apart: an alias could lose the anchor that it means. */
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
      notes.push(`The fuzzy set ${id} is left out: no indicator has this id or name.`);
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
