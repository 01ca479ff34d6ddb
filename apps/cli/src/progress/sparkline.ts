const BLOCKS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** Values as a row of blocks, the newest at the end. More values than columns share a column, which shows their mean. */
export function sparkline(values: readonly number[], columns: number): string {
  const known = values.filter(Number.isFinite);
  const width = Math.min(columns, known.length);
  const means = Array.from({ length: width }, (_, column) => {
    const from = Math.floor((column * known.length) / width);
    const to = Math.floor(((column + 1) * known.length) / width);
    const part = known.slice(from, to);
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
  const lowest = Math.min(...means);
  const range = Math.max(...means) - lowest;
  return means
    .map((mean) => BLOCKS[range === 0 ? 0 : Math.round(((mean - lowest) / range) * (BLOCKS.length - 1))])
    .join('');
}
