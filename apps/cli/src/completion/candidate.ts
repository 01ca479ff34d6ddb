/** One candidate; the description is shown by shells that can. */
export interface Candidate {
  value: string;
  description?: string;
}
