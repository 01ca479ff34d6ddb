import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { expect, test } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..');
const OPTION = /detailed_analytics|detailedAnalytics|detailed-analytics/;

function sourcesWith(pattern: RegExp): string[] {
  return ['apps', 'packages']
    .flatMap((folder) => readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}/src`))
    .flatMap((source) =>
      readdirSync(join(ROOT, source), { recursive: true, encoding: 'utf8' })
        .filter((file) => /\.tsx?$/.test(file) && !/\.test\.ts$|(^|[/\\])testing[/\\]/.test(file))
        .map((file) => `${source}/${file.split(sep).join('/')}`),
    )
    .filter((file) => pattern.test(readFileSync(join(ROOT, file), 'utf8')))
    .toSorted();
}

// a new option touches neither stored-training.ts, which only reads what version 0.1 has stored, nor training-estimate.ts, unless it
// changes how long a training takes, nor the page's form, until it has a field there
test('a training option is described, checked, used, typed and has a field in few source files', () => {
  expect(sourcesWith(OPTION)).toEqual([
    'apps/cli/src/training-flags.ts',
    'apps/web/src/pages/train/more-options.tsx',
    'apps/web/src/pages/train/training-form.ts',
    'packages/contracts/src/training-request.ts',
    'packages/trainer/src/run/train.ts',
    'packages/training-operation/src/stored-training.ts',
    'packages/training-operation/src/training-estimate.ts',
    'packages/training-operation/src/training-options.dto.ts',
  ]);
});
