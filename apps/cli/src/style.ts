import picocolors from 'picocolors';

/** Colours of text. Without colours, each function returns its text unchanged. */
export type Style = Pick<
  ReturnType<typeof picocolors.createColors>,
  'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan'
>;

export function createStyle(colours: boolean): Style {
  return picocolors.createColors(colours);
}
