/** Draws what a terminal shows: the text of `tmux capture-pane -e` as an SVG. */

/** Size of a character and of a line, margin and first baseline, px. */
const [CELL, LINE, MARGIN, TOP] = [8.4, 19, 18, 56];
const COLOURS = { 31: '#e06c75', 32: '#98c379', 33: '#e5c07b', 36: '#56b6c2' };
const [TEXT, DIM] = ['#d7dae0', '#7f8896'];

/** Splits each line of `capture-pane -e` into texts of one style. A style continues on the next line. */
export function linesOf(text) {
  let style = {};
  return text.split('\n').map((line) => {
    const { runs, last } = runsOf(line, style);
    style = last;
    return runs;
  });
}

function runsOf(line, before) {
  let style = before;
  // oxlint-disable-next-line no-control-regex -- an escape code begins with a control character
  const runs = line.split(/(\u001b\[[\d;]*m)/).flatMap((part) => {
    // oxlint-disable-next-line no-control-regex -- the same
    const [, codes] = /^\u001b\[([\d;]*)m$/.exec(part) ?? [];
    if (codes === undefined) return part === '' ? [] : [{ text: part, ...style }];
    for (const code of codes.split(';').map(Number)) {
      if (code === 0) style = {};
      else if (code === 1) style = { ...style, bold: true };
      else if (code === 2) style = { ...style, dim: true };
      else if (code === 22) style = { colour: style.colour };
      else if (code === 39 || code in COLOURS) style = { ...style, colour: COLOURS[code] };
    }
    return [];
  });
  return { runs, last: style };
}

/** The characters of a line. */
export function textOf(line) {
  return line.map(({ text }) => text).join('');
}

/** A picture of a terminal with these lines, `columns` wide. */
export function svgOf(lines, columns, title) {
  const width = Math.round(MARGIN * 2 + columns * CELL);
  const height = TOP + (lines.length - 1) * LINE + MARGIN;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">
<rect width="${width}" height="${height}" rx="8" fill="#1e2127"/>
<circle cx="20" cy="18" r="6" fill="#e06c75"/><circle cx="40" cy="18" r="6" fill="#e5c07b"/><circle cx="60" cy="18" r="6" fill="#98c379"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">
${lines.flatMap((line, row) => (textOf(line).trim() === '' ? [] : [`<text y="${TOP + row * LINE}">${spansOf(line)}</text>`])).join('\n')}
</g>
</svg>
`;
}

/** Each word group at its own column with its width, so that columns stay aligned in every font. */
function spansOf(line) {
  let column = 0;
  return line
    .flatMap(({ text, bold, dim, colour }) =>
      text.split(/( {2,}|^ )/).map((part) => {
        const x = (MARGIN + column * CELL).toFixed(1);
        const length = [...part].length;
        column += length;
        if (part.trim() === '') return '';
        const weight = bold ? ' font-weight="bold"' : '';
        const fill = colour ?? (dim ? DIM : TEXT);
        return `<tspan x="${x}" textLength="${(length * CELL).toFixed(1)}" xml:space="preserve" fill="${fill}"${weight}>${escaped(part)}</tspan>`;
      }),
    )
    .join('');
}

function escaped(text) {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
