import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { QUICK, ROOT } from '@ktrdr/service-kit/testing';
import { parseStrategy, StrategyError } from '@ktrdr/strategy';
import fc, { type Arbitrary } from 'fast-check';
import { mutated } from '../mutate.js';
import type { Target } from '../target.js';
import { TEXTS } from '../traps.js';
import type { World } from '../world.js';

const PIECES = [
  ...'{}[]:,#|>!&*?%@`"\''.split(''),
  '- ',
  '\n',
  '  ',
  '\t',
  '&a ',
  '*a',
  '<<: *a\n',
  '--- ',
  '...\n',
  '!!js/function x',
  '!!binary x',
  '.inf',
  '.nan',
  '0x1f',
  '0o17',
  '1_000',
  '1:30',
  'null',
  'all',
  '\u00a0',
  '\u2028',
];

/** Texts that are strategies, nearly strategies, and no strategies. */
function texts(): Arbitrary<string> {
  const folder = join(ROOT, 'strategies');
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
  const whole = fc.constantFrom(QUICK, ...files);
  const splice = fc.record({
    at: fc.nat(),
    cut: fc.nat(40),
    put: fc.oneof(fc.constantFrom(...PIECES, ...TEXTS), fc.string({ unit: 'binary', maxLength: 6 })),
  });
  const spliced = fc.tuple(whole, fc.array(splice, { minLength: 1, maxLength: 5 })).map(([text, splices]) =>
    splices.reduce((now, { at, cut, put }) => {
      const start = at % (now.length + 1);
      return now.slice(0, start) + put + now.slice(start + cut);
    }, text),
  );
  // JSON is YAML, so any value can stand anywhere
  const documents = mutated(fc.constant(asDocument())).map((value) => JSON.stringify(value) ?? 'null');
  const repeated = fc
    .tuple(fc.constantFrom(...PIECES, ...TEXTS), fc.constantFrom(10, 1_000, 20_000))
    .map(([piece, count]) => piece.repeat(count).slice(0, 200_000));
  const aliases = fc.integer({ min: 2, max: 12 }).map(aliasBomb);
  return fc.oneof(
    { weight: 8, arbitrary: spliced },
    { weight: 8, arbitrary: documents },
    { weight: 1, arbitrary: repeated },
    { weight: 1, arbitrary: aliases },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
  );
}

/** Each level holds the level before it nine times. */
function aliasBomb(levels: number): string {
  const lines = ['l0: &l0 [x, x, x]'];
  for (let level = 1; level < levels; level++)
    lines.push(`l${level}: &l${level} [${Array.from({ length: 9 }, () => `*l${level - 1}`).join(', ')}]`);
  return lines.join('\n');
}

function asDocument(): unknown {
  return {
    name: 'pattern',
    version: '3.0',
    training_data: {
      symbols: { mode: 'single', symbol: 'AAPL' },
      timeframes: { mode: 'single', timeframe: '1h' },
      history_required: 60,
    },
    indicators: { rsi_14: { type: 'rsi', period: 14 } },
    fuzzy_sets: { momentum: { indicator: 'rsi_14', low: [0, 25, 45], high: [55, 75, 100] } },
    nn_inputs: [{ fuzzy_set: 'momentum', timeframes: 'all' }],
    model: { type: 'mlp', architecture: { hidden_layers: [16, 8], activation: 'relu', dropout: 0.2 } },
    decisions: { output_format: 'classification', confidence_threshold: 0.5 },
    training: {
      method: 'supervised',
      labels: { source: 'zigzag', zigzag_threshold: 0.01 },
      epochs: 3,
      batch_size: 32,
      learning_rate: 0.001,
      data_split: { train: 0.7, validation: 0.15, test: 0.15 },
    },
  };
}

interface Problem {
  /** `null`: the whole file. */
  line: number | null;
  column: number | null;
  message: string;
}

function checkProblems(text: string, problems: readonly Problem[]): void {
  const lines = text.split(/\r\n|\r|\n/).length;
  for (const { line, column, message } of problems) {
    if (message === '') throw new Error(`a problem without a message in line ${line}`);
    if (line === null) continue;
    if (!(line >= 1 && line <= lines && (column ?? 1) >= 1))
      throw new Error(`no such place ${line}:${column}: ${message}`);
  }
}

function problemsOf(text: string): readonly Problem[] {
  try {
    return parseStrategy(text, { file: 'fuzz.yaml' }).warnings;
  } catch (error) {
    if (error instanceof StrategyError) return error.issues;
    throw error;
  }
}

/** Texts through the parser, and through the API's validation. */
export async function strategies(world: World): Promise<Target<string>> {
  return {
    cases: texts(),
    check: async (text) => {
      checkProblems(text, problemsOf(text));
      await world.request({
        method: 'POST',
        path: '/strategies/validate',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ strategy: text }),
      });
    },
  };
}
