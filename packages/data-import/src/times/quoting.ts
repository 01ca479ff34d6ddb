import type { ImportQuestion } from '@ktrdr/contracts';

/** A text that quotes times of the file. @param timeAt time of a row as the file writes it, in quotes */
export type Quoting = (timeAt: (row: number) => string) => string;

/** A question about times. Its message quotes some of them. */
export interface TimeQuestion extends Omit<ImportQuestion, 'message'> {
  message: Quoting;
}
