/** Checks the table of docs/security.md: each class of attack is there, and each test that it names exists. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..');
const read = (...names: string[]): string => readFileSync(join(ROOT, ...names), 'utf8');

const CVES = [
  '2022-30034',
  '2023-48022',
  '2024-3848',
  '2025-62593',
  '2025-69211',
  '2026-0545',
  '2026-2033',
  '2026-21858',
  '2026-2293',
  '2026-2393',
  '2026-2614',
  '2026-27489',
  '2026-34445',
  '2026-35515',
  '2026-53995',
  '2026-54745',
  '2026-64849',
  '2026-68771',
].map((number) => `CVE-${number}`);
const OWASP = Array.from({ length: 10 }, (_, index) => `OWASP API${index + 1}:2023`);

interface Row {
  attack: string;
  defence: string;
  /** `"title" in [file](path)`, separated by `;`. */
  tests: string;
}

const rows: Row[] = read('docs/security.md')
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, attack = '', defence = '', tests = '']) => ({ attack, defence, tests }))
  .filter(({ attack }) => attack !== 'class of attack' && attack !== '---');
const classes = rows.map(({ attack }) => attack).join('\n');

test.each([...CVES, ...OWASP])('the table of attacks has %s', (name) => {
  expect(classes.match(new RegExp(`${name}\\b`, 'g'))).toHaveLength(1);
});

describe.each(rows)('the row "$attack"', ({ defence, tests }) => {
  const TEST = /"(?<title>[^"]+)" in \[[^\]]+\]\(\.\.\/(?<file>[^)]+\.test\.ts)\)/;

  test('has a defence and names tests that exist', () => {
    expect(defence).not.toBe('');
    for (const named of tests.split(/;(?= ")/)) {
      const { title = '', file = '' } = TEST.exec(named)?.groups ?? {};
      expect({ named, title, file }).toMatchObject({
        title: expect.stringMatching(/./),
        file: expect.stringMatching(/./),
      });
      const source = read(file).replaceAll("\\'", "'");
      expect({ file, title, exists: source.includes(title) }).toEqual({ file, title, exists: true });
    }
  });
});
