const LONGEST = 40;

/** What a person or a file wrote, as a message repeats it: in quotes, cut to a readable length. */
export function shown(text: string): string {
  return JSON.stringify(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
}
