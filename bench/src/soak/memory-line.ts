/** What the line begins with that says how much memory a process has. */
export const MEMORY_LINE = 'memory after a collection: ';
