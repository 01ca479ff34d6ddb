/** The blocks of the documents: what is in them, and which test runs them. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..');

/** A fenced block. */
export interface Block {
  page: string;
  line: number;
  language: string;
  /** The words after the language: `not-run`, or `file=NAME` for a file that the reader saves. */
  words: string[];
  content: string;
}

const pagesIn = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name))
    .toSorted();
/** Their commands are run in this order. */
export const PAGES = ['README.md', ...pagesIn('docs')];
export const OTHER_PAGES = ['ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'];

export const textOf = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

export function blocksOf(page: string): Block[] {
  const text = textOf(page);
  return [...text.matchAll(/^```(.*)\n([\s\S]*?)^```/gm)].map(({ 1: info = '', 2: content = '', index }) => {
    const [language = '', ...words] = info.trim().split(/\s+/);
    return { page, line: text.slice(0, index).split('\n').length, language, words, content };
  });
}

export const isRun = ({ words }: Block): boolean => !words.includes('not-run');

/** Lines of a terminal block, without comments. */
export function commandsOf({ content }: Block): string[] {
  return content
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** Commands that other tests run. */
const COMMANDS: readonly [RegExp, string][] = [
  [/^npm run quickstart$/, 'tools/quickstart.test.ts'],
  [/^npm test$/, 'tools/test.mjs'],
  [/^npm (start|run host)$/, 'tools/start.test.ts'],
  [/^npm run dev$/, 'tools/dev.test.ts'],
  [/^\(cd apps\/cli && npm pack /, 'apps/cli/test/package.test.ts'],
  [/^npx --yes --package /, 'apps/cli/test/package.test.ts'],
];
/** Pages whose commands another test runs in their order. */
const PAGES_OF_TESTS: Readonly<Record<string, string>> = { 'docs/network.md': 'tools/network.test.ts' };
/** Other blocks, by language and page. */
const BLOCKS: Readonly<Record<string, string>> = {
  'diff CONTRIBUTING.md': 'tools/recipes.test.ts',
  'diff docs/your-operation.md': 'tools/recipes.test.ts',
  'js docs/notifications.md': 'apps/api/test/access.test.ts',
  'json docs/notifications.md': 'apps/api/test/access.test.ts',
  'python docs/models-elsewhere.md': 'packages/trainer/test/other-languages.test.ts',
};
/** Blocks that `documentation.test.ts` itself runs or reads. */
const OWN_BLOCKS = ['yaml docs/', 'json docs/download.md', 'js docs/operations.md', 'csv docs/data.md'];
/** Output, drawings and lists of files: there is nothing to run. */
const PICTURES = ['text', 'mermaid'];
/** How a command begins. */
const COMMAND = /^\s*(\$ |npx |npm |node |ktrdr |docker |curl |pip |export |[A-Z_]+=\S* )/m;

/** Whether `documentation.test.ts` runs this command. */
export const isOwnCommand = (line: string): boolean =>
  /^npx ktrdr |^curl (-X [A-Z]+ )?localhost:8000\/|^npm start -- token /.test(line) ||
  /^([A-Z_]+=\S+ )+npm start$/.test(line);

/** @returns why the block is neither run nor marked; null if all is well */
export function whyUntested(block: Block): string | null {
  const { page, language, content } = block;
  if (!isRun(block)) return null;
  if (PICTURES.includes(language))
    return COMMAND.test(content) ? `a block of ${language} contains a command: write \`\`\`bash` : null;
  if (language === 'bash') {
    if (PAGES_OF_TESTS[page] !== undefined) return whyMissing(PAGES_OF_TESTS[page]);
    const untested = commandsOf(block).find((line) => !isOwnCommand(line) && testOf(line) === undefined);
    return untested === undefined ? null : `no test runs \`${untested}\`: mark the block as not-run`;
  }
  const name = `${language} ${page}`;
  if (OWN_BLOCKS.some((own) => name.startsWith(own))) return null;
  const test = BLOCKS[name];
  return test === undefined
    ? `no test runs a block of "${language}" here: mark it as not-run`
    : whyMissing(test);
}

const testOf = (line: string): string | undefined =>
  COMMANDS.find(([pattern, test]) => pattern.test(line) && existsSync(join(ROOT, test)))?.[1];

const whyMissing = (test: string): string | null =>
  existsSync(join(ROOT, test)) ? null : `the test ${test} does not exist`;
