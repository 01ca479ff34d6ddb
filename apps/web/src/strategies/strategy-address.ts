/** Name of a strategy file without its ending: the API finds the file by it. */
export function fileStem(file: string): string {
  return file.replace(/\.ya?ml$/i, '');
}

/** Address of the editor of a strategy. @param name of the file without its ending */
export function strategyAddress(name: string): string {
  return `/app/strategies/${encodeURIComponent(name)}`;
}

/** Address of the form that trains a strategy. @param name of the file without its ending */
export function trainAddress(name: string): string {
  return `/app/train?strategy=${encodeURIComponent(name)}`;
}
