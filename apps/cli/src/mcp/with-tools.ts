/** Commands that messages advise, and the tools that do the same. */
const TOOLS: readonly (readonly [command: RegExp, tool: string])[] = [
  [/\bktrdr strategies list\b/g, 'read_strategies'],
  [/\bktrdr models list\b/g, 'read_models'],
  [/\bktrdr data list\b/g, 'list_bars'],
  [/\bktrdr data import FILE \S+ \w+/g, 'import_bars'],
  [/\bktrdr operations list\b/g, 'overview'],
];

/** A message of the API with tools instead of commands: a client of `ktrdr mcp` may have no terminal. */
export function withTools(message: string): string {
  return TOOLS.reduce((text, [command, tool]) => text.replace(command, `the tool ${tool}`), message);
}
