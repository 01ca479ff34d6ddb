/** The pages for contributors: links lead to files that contain what is named, and each recipe fits the tree. recipes.test.ts runs them. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { applyRecipe, RECIPES } from './recipes.js';
import { ROOT } from './tree-copy.js';

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const ARCHITECTURE = read('ARCHITECTURE.md');

describe.each(['ARCHITECTURE.md', 'CONTRIBUTING.md', 'docs/your-operation.md'])('%s', (page) => {
  test('names only what its files contain', () => {
    const links = [...read(page).matchAll(/\[`([^`\]]+)`\]\(([^)#]+\.(?:ts|mjs))\)/g)];
    expect(links.length).toBeGreaterThan(5);
    const missing = links.flatMap(([, name, file]) => {
      const path = join(dirname(page), file!);
      const text = existsSync(join(ROOT, path)) ? read(path) : '';
      const words = name!.includes('/') || /\.(ts|mjs)$/.test(name!) ? [] : name!.split('.');
      return words.every((word) => new RegExp(`\\b${word}\\b`).test(text)) ? [] : [`${name} in ${file}`];
    });
    expect(missing).toEqual([]);
  });
});

/** Sources of the workspace, without what is built. */
function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return ['node_modules', 'dist', '.turbo'].includes(entry.name) ? [] : sources(path);
    return /\.(ts|mjs)$/.test(entry.name) ? [path] : [];
  });
}

test('ARCHITECTURE.md lists each invariant that the code refers to, each under a separate number', () => {
  const defined = [...ARCHITECTURE.matchAll(/^\| (I\d+) \|/gm)].map(([, number]) => number!);
  expect(defined).toEqual(defined.map((_, index) => `I${index + 1}`));
  const unknown = ['apps', 'packages'].flatMap(sources).flatMap((file) =>
    [...read(file).matchAll(/\(((?:I\d+(?:, | and )?)+)\)/g)]
      .flatMap(([, numbers]) => numbers!.match(/I\d+/g)!)
      .filter((number) => !defined.includes(number))
      .map((number) => `${number} in ${file}`),
  );
  expect(unknown).toEqual([]);
});

/** Files that a change of this kind may touch. A recipe that needs more shows that the code has lost its shape. */
const MOST_FILES: Readonly<Record<string, number>> = {
  'An indicator': 3,
  'A training option': 4,
  'An operation type and its command': 9,
};

test.each(Object.entries(MOST_FILES))('%s takes at most %i files', (name, most) => {
  const { changes } = RECIPES.find((recipe) => recipe.name === name)!;
  expect(changes.length).toBeGreaterThan(0);
  expect(changes.length).toBeLessThanOrEqual(most);
});

const changed = new Map<string, string>();

test.each(RECIPES)('every block fits, after the recipes before it: $name', (recipe) => {
  expect(recipe.changes.length).toBeGreaterThan(0);
  const known = (file: string): string =>
    changed.get(file) ?? (existsSync(join(ROOT, file)) ? read(file) : '');
  for (const { file, text } of applyRecipe(recipe, known)) changed.set(file, text);
});
