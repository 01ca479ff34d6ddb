import { VERDICT_WORDS, type Verdict } from '@ktrdr/contracts';

/** The first reason of a verdict, without the words that its badge says. */
export function headlineOf({ label, reasons }: Pick<Verdict, 'label' | 'reasons'>): string {
  const headline = (reasons[0] ?? '').replace(`${VERDICT_WORDS[label]}: `, '');
  return headline.charAt(0).toUpperCase() + headline.slice(1);
}
