import { readFileSync, readdirSync } from 'node:fs';

import { describe, expect, test } from '@jest/globals';
import type { IndicatorInfo, IndicatorParameter } from '@ktrdr/contracts';

import { describeIndicators } from './describe-indicators.js';

const ROOT = new URL('../../../../', import.meta.url);
const text = (file: string): string => readFileSync(new URL(file, ROOT), 'utf8');
const PAGE = text('docs/indicators.md');
const PAGES = ['README.md', ...readdirSync(new URL('docs', ROOT)).map((name) => `docs/${name}`)];

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

/** The expected row of an indicator. */
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

/** `31 indicators`, `31 [indicators](...)`, `all 31 of the indicators` */
function countsIn(page: string): number[] {
  const counts = page.matchAll(/\b([0-9]+) (?:(?:types of|kinds of|of the|different) )?\[?indicators\b/gi);
  return [...counts].map(([, count]) => Number(count));
}

test('finds the number of indicators in a text', () => {
  expect(countsIn('with 30 [indicators](indicators.md), the 31 indicators')).toEqual([30, 31]);
});

test.each(PAGES.filter((name) => name.endsWith('.md')))(
  '%s states the right number of indicators, or none',
  (page) => {
    const count = describeIndicators().length;
    expect(countsIn(text(page)).filter((number) => number !== count)).toEqual([]);
  },
);
