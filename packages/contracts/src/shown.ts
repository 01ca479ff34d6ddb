const LONGEST = 40;

/** Quotes user input for a message: in double quotes, escaped, and cut to a readable length. */
export function shown(text: string): string {
  return JSON.stringify(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
}
