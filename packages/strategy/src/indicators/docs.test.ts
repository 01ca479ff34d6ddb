import { readFileSync } from 'node:fs';

import { describe, expect, test } from '@jest/globals';
import type { IndicatorInfo, IndicatorParameter } from '@ktrdr/contracts';

import { describeIndicators } from './describe-indicators.js';

const PAGE = readFileSync(new URL('../../../../docs/indicators.md', import.meta.url), 'utf8');

function parameterText(parameter: IndicatorParameter): string {
  const { name, default: value, min, max, min_exclusive, max_exclusive, options, no_effect } = parameter;
  const range =
    min === null
      ? options === null
        ? ''
        : ` (${name === 'source' ? 'a column' : options.join(', ')})`
      : ` (${min_exclusive ? 'above ' : ''}${min} to ${max_exclusive ? 'below ' : ''}${max})`;
  return `\`${name}\` ${String(value)}${no_effect === null ? range : ' (no effect)'}`;
}

/** The row that an indicator must have. */
function rowOf({ type, aliases, parameters, outputs, warm_up, summary }: IndicatorInfo): string {
  const first = new Set(warm_up).size === 1 ? warm_up[0] : warm_up.join(', ');
  const cells = [
    [type, ...aliases].map((name) => `\`${name}\``).join(', '),
    summary,
    parameters.map(parameterText).join(', ') || 'none',
    outputs.length === 1 ? 'one' : outputs.map((name) => `\`${name}\``).join(', '),
    String(first),
  ];
  return `| ${cells.join(' | ')} |`;
}

describe('docs/indicators.md', () => {
  const rows = PAGE.split('\n').filter((line) => line.startsWith('| `'));

  test('has the rows of the registry, and no others', () => {
    expect(rows).toEqual(describeIndicators().map(rowOf));
  });
});
