import { shown, type ImportQuestion } from '@ktrdr/contracts';
import { type DecimalEvidence, type DecimalSign, decimalEvidence } from './number-text.js';

interface Example {
  line: number;
  text: string;
}

/** Collects what the numbers of a file say about its decimal sign. */
export class DecimalSurvey {
  private readonly certain: Partial<Record<DecimalSign, Example>> = {};
  private readonly open: Partial<Record<DecimalSign, Example>> = {};

  /** @param pointsAreDecimal true if a point that may stand between thousands does not */
  constructor(private readonly pointsAreDecimal: boolean) {}

  add(line: number, text: string): void {
    const evidence: DecimalEvidence = decimalEvidence(text);
    if (evidence === null || evidence === 'wrong') return;
    if (evidence === '.' || evidence === ',') this.certain[evidence] ??= { line, text };
    else if (evidence === '?.' && this.pointsAreDecimal) this.certain['.'] ??= { line, text };
    else this.open[evidence === '?.' ? '.' : ','] ??= { line, text };
  }

  /** The sign that the numbers seen so far allow alone; `null` if a number could be read both ways. */
  get sign(): DecimalSign | null {
    // a number that contradicts the first one is a bad value of its row
    if (this.certain['.'] !== undefined && this.certain[','] !== undefined)
      return this.certain['.'].line <= this.certain[','].line ? '.' : ',';
    if (this.certain['.'] !== undefined) return '.';
    if (this.certain[','] !== undefined) return ',';
    return this.open['.'] === undefined && this.open[','] === undefined ? '.' : null;
  }

  /** The question that is left if `sign` is `null`. */
  question(): ImportQuestion {
    const example = this.open['.'] ?? this.open[',']!;
    const signs = `${example.text.includes('.') ? 'point' : 'comma'}`;
    const number = example.text.replace(/[^\d.,]/g, '');
    return {
      choice: 'decimal',
      message:
        `Line ${example.line}: ${shown(example.text)} can be ${number.replace(',', '.')} or ${number.replace(/[.,]/g, '')}. ` +
        `Every ${signs} of the file stands before three digits. Which sign stands before the decimals?`,
      answers: ['.', ','],
      suggestion: null,
    };
  }
}
