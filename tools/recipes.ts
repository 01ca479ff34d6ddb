/** The recipes of the pages for contributors: blocks of changes that fit the tree. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './tree-copy.js';

const CONTRIBUTING = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');

interface Hunk {
  before: string;
  after: string;
}
/** What a recipe changes in one file. */
interface FileChange {
  file: string;
  hunks: Hunk[];
}

/** A block's changes: `+++ file`, then hunks that `@@` separates; their context stands exactly once in the file. */
function changesOf(block: string): FileChange[] {
  return block
    .split(/^\+\+\+ /m)
    .slice(1)
    .map((part) => {
      const [file, ...lines] = part.trimEnd().split('\n');
      const hunks = lines.join('\n').split(/^@@\n/m);
      const side = (hunk: string, without: string): string =>
        hunk
          .trimEnd()
          .split('\n')
          .filter((line) => !line.startsWith(without))
          .map((line) => `${line.slice(1)}\n`)
          .join('');
      return {
        file: file!.trim(),
        hunks: hunks.map((hunk) => ({ before: side(hunk, '+'), after: side(hunk, '-') })),
      };
    });
}

const YOUR_OPERATION = readFileSync(join(ROOT, 'docs/your-operation.md'), 'utf8');
/** The recipes of CONTRIBUTING.md and docs/your-operation.md, in the order of the pages. */
export const RECIPES = [
  ...CONTRIBUTING.slice(CONTRIBUTING.indexOf('## Recipes')).split(/^### /m),
  ...YOUR_OPERATION.split(/^## /m),
]
  .filter((section) => section.includes('```diff'))
  .map((recipe) => ({
    name: recipe.slice(0, recipe.indexOf('\n')),
    changes: [...recipe.matchAll(/```diff\n([\s\S]*?)```/g)].flatMap(([, block]) => changesOf(block!)),
  }));

/**
 * Files that a recipe changes, with their new texts.
 *
 * @param read the text of a file; empty if there is none
 * @throws Error if the lines around a change do not stand exactly once in their file
 */
export function applyRecipe(
  { name, changes }: (typeof RECIPES)[number],
  read: (file: string) => string,
): { file: string; text: string }[] {
  return changes.map(({ file, hunks }) => {
    let text = read(file);
    for (const { before, after } of hunks) {
      const found = before === '' ? text === '' : text.split(before).length === 2;
      const advice = `The recipe "${name}": these lines must stand exactly once in ${file}. Change the recipe to fit the file.`;
      if (!found) throw new Error(`${advice}\n${before}`);
      // a function: the text may contain `$`
      text = text.replace(before, () => after);
    }
    return { file, text };
  });
}
