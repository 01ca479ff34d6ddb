/** Address of a model's page. */
export function modelAddress(strategy: string, version: string): string {
  return `/app/models/${encodeURIComponent(strategy)}/${encodeURIComponent(version)}`;
}
