import picocolors from 'picocolors';

/** Colours of text; each function leaves its text as it is where there are to be no colours. */
export type Style = Pick<
  ReturnType<typeof picocolors.createColors>,
  'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan'
>;

export function createStyle(colours: boolean): Style {
  return picocolors.createColors(colours);
}
