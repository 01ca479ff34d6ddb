import { columnName, type Layout } from '../columns/layout.js';
import { TICKS, VOLUME, type TableRows } from './table-rows.js';

/**
 * Uses the number of ticks as volume where the volume is 0 or empty throughout, as MetaTrader writes it for currencies. Returns the
 * layout that holds then, with a note.
 */
export function withTickVolume(rows: TableRows, layout: Layout): Layout {
  const ticks = rows.columns[TICKS];
  if (ticks === undefined) return layout;
  const volume = rows.columns[VOLUME]!;
  for (let row = 0; row < rows.length; row++) if (volume[row]! > 0) return layout;
  rows.columns[VOLUME] = ticks;
  const [group] = layout.groups;
  const note = `${columnName(layout, group!.volume)} is 0 throughout: the volume is ${columnName(layout, group!.tickVolume)}, the number of ticks.`;
  return {
    ...layout,
    groups: layout.groups.map((columns) => ({ ...columns, volume: columns.tickVolume, tickVolume: -1 })),
    notes: [...layout.notes, note],
  };
}
