/** The build writes `validators.js`: a compiled validator for each type of `Messages`. */
import type { Messages } from './messages.js';

/** An error that a schema validator reports. */
export interface Complaint {
  instancePath: string;
  keyword: string;
  message?: string;
  params: Record<string, unknown>;
}

interface Validator {
  (value: unknown): boolean;
  errors?: Complaint[] | null;
}

export const validators: Readonly<Record<keyof Messages, Validator>>;
