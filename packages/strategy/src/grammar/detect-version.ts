import type { StrategyVersion } from '../model.js';
import { describe } from '../schema.js';
import { isRecord } from '../section.js';
import type { Reader } from '../section.js';

/** Detects the grammar of a file by its keys; its `version` is ignored. `null`, with an error, for none. */
export function detectVersion(reader: Reader): StrategyVersion | null {
  const { root } = reader.document;
  if (!isRecord(root)) {
    reader.error(
      [],
      `the file is ${describe(root)}; a strategy is a map with name, indicators, fuzzy_sets, model, ...`,
    );
    return null;
  }
  if (isRecord(root['indicators'])) {
    if ('nn_inputs' in root) return 'v3';
    const right =
      reader.inside(['nn_inputs']) ??
      'add nn_inputs, which lists the fuzzy sets that enter the network, or write indicators as a list';
    reader.error(['indicators'], `is a map, but there is no nn_inputs; ${right}`);
    return null;
  }
  return ['scope', 'training_data', 'deployment'].some((key) => key in root) ? 'v2' : 'v1';
}
