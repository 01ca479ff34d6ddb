import { expect, test } from '@jest/globals';

interface Run {
  text: string;
  bold?: boolean;
  dim?: boolean;
  colour?: string;
}
const { linesOf, svgOf, textOf } = (await import(String(new URL('terminal-svg.mjs', import.meta.url)))) as {
  linesOf: (text: string) => Run[][];
  svgOf: (lines: Run[][], columns: number, title: string) => string;
  textOf: (line: Run[]) => string;
};
const ESC = '\u001b';

test('a line is split into texts of one style, which continues on the next line', () => {
  const lines = linesOf(`plain ${ESC}[1;32mgood${ESC}[22m still green\n${ESC}[2mgrey${ESC}[0m end${ESC}[m`);
  expect(lines).toEqual([
    [
      { text: 'plain ' },
      { text: 'good', bold: true, colour: '#98c379' },
      { text: ' still green', colour: '#98c379' },
    ],
    [{ text: 'grey', dim: true, colour: '#98c379' }, { text: ' end' }],
  ]);
  expect(lines.map(textOf)).toEqual(['plain good still green', 'grey end']);
});

test('each column of the picture begins at its place, and text stays text', () => {
  const svg = svgOf(linesOf('a  <b>\n\n┃ 1 & 2'), 20, 'a "title"');
  expect(svg).toContain('<tspan x="18.0" textLength="8.4" xml:space="preserve" fill="#d7dae0">a</tspan>');
  // three characters later
  expect(svg).toContain(
    '<tspan x="43.2" textLength="25.2" xml:space="preserve" fill="#d7dae0">&lt;b&gt;</tspan>',
  );
  expect(svg).toContain('>┃ 1 &amp; 2</tspan>');
  expect(svg).toContain('aria-label="a &quot;title&quot;"');
  // an empty line has its height, and no text
  expect(svg.match(/<text y="\d+">/g)).toEqual(['<text y="56">', '<text y="94">']);
  expect(svg).toMatch(/viewBox="0 0 204 112"/);
});
