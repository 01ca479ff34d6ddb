/** Prefix of the line that reports a process's memory as JSON. */
export const MEMORY_LINE = 'memory after a collection: ';
