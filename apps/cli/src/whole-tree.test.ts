import { expect, test } from '@jest/globals';
import { type CommandNode, findCommand } from './command-tree.js';
import { EXAMPLES } from './examples.js';
import { helpText } from './help-text.js';
import { wholeTree } from './whole-tree.js';

const tree = await wholeTree();

function* leaves(node: CommandNode, path: string[] = []): Generator<[string, CommandNode]> {
  if (node.commands.length === 0) yield [path.join(' '), node];
  for (const inner of node.commands) yield* leaves(inner, [...path, inner.name]);
}

const commands = new Map(leaves(tree));

test('every command has examples, and every example is a command with options that it has', () => {
  expect(Object.keys(EXAMPLES).toSorted()).toEqual(['', ...commands.keys()].toSorted());
  for (const [of, examples] of Object.entries(EXAMPLES)) {
    expect([of, examples.length]).not.toEqual([of, 0]);
    for (const example of examples) {
      const [, command = ''] = /(?:^|\()ktrdr ([^>|)]*)/.exec(example) ?? [];
      const words = command.trim().split(' ');
      const found = findCommand(tree, words);
      expect([example, found?.node.commands.length]).toEqual([example, 0]);
      const known = found?.node.options.flatMap(({ flags }) => flags.split(/, | /)) ?? [];
      const used = found?.rest.filter((word) => word.startsWith('--')) ?? [];
      expect([example, used.filter((word) => !known.includes(word))]).toEqual([example, []]);
    }
  }
});

test.each([60, 80, 100, 200])('help fits %i columns', (columns) => {
  for (const [, node] of commands) {
    const long = helpText({ ...node, examples: [] }, columns)
      .split('\n')
      .filter((line) => line.length >= Math.min(columns, 101));
    expect(long).toEqual([]);
  }
});

test.each([60, 80, 200])(
  'examples fit %i columns, and a shell joins their lines to the whole command',
  (columns) => {
    for (const [of, node] of commands) {
      const help = helpText(node, columns);
      const [, shown = ''] = /\nExamples:\n([^]*?)\n$/.exec(help) ?? [];
      expect([of, shown.replaceAll(/ \\\n +/g, ' ').split('\n')]).toEqual([
        of,
        node.examples.map((example) => `  ${example}`),
      ]);
      // a word that is longer than the line stays whole
      const long = shown
        .split('\n')
        .filter((line) => line.length >= columns && line.trim().split(' ').length > 2);
      expect(long).toEqual([]);
    }
  },
);

test('findCommand returns the command and its words, or null for a word that is no command', () => {
  expect(findCommand(tree, ['models', 'train', 'a.yaml', '--seed', '1'])).toMatchObject({
    node: { name: 'train' },
    rest: ['a.yaml', '--seed', '1'],
  });
  expect(findCommand(tree, ['models', 'trian'])).toBeNull();
});
