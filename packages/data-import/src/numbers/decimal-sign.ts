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
  /** A number with an apostrophe, which may be a fraction. */
  private fraction: Example | null = null;
  /** From columns without a use, such as `0.15%`. */
  private hint: DecimalSign | null = null;

  /** @param pointsAreDecimal true if a point that may stand between thousands does not */
  constructor(private readonly pointsAreDecimal: boolean) {}

  /** @param isValue true for a price or a volume; other columns count only if those leave it open */
  add(line: number, text: string, isValue: boolean): void {
    const evidence: DecimalEvidence = decimalEvidence(text);
    if (evidence === null || evidence === 'wrong') return;
    if (evidence === "?'") {
      if (isValue) this.fraction ??= { line, text };
      return;
    }
    const isCertain = evidence === '.' || evidence === ',';
    if (!isValue) {
      if (isCertain) this.hint ??= evidence;
    } else if (isCertain) this.certain[evidence] ??= { line, text };
    else if (evidence === '?.' && this.pointsAreDecimal) this.certain['.'] ??= { line, text };
    else this.open[evidence === '?.' ? '.' : ','] ??= { line, text };
  }

  /** True if a number can be read in one way only. */
  get isDecided(): boolean {
    return this.certain['.'] !== undefined || this.certain[','] !== undefined;
  }

  /** The sign that the numbers allow alone; `null` if every number could be read both ways. */
  get sign(): DecimalSign | null {
    const { '.': point, ',': comma } = this.certain;
    // a number that contradicts the first one is a bad value of its row
    if (point !== undefined && comma !== undefined) return point.line <= comma.line ? '.' : ',';
    if (point !== undefined) return '.';
    if (comma !== undefined) return ',';
    if (this.fraction !== null) return null;
    return this.open['.'] === undefined && this.open[','] === undefined ? '.' : this.hint;
  }

  /** The question that is left if `sign` is `null`. */
  question(): ImportQuestion {
    if (this.fraction !== null) return this.fractionQuestion(this.fraction);
    const example = this.open['.'] ?? this.open[',']!;
    const signs = `${example.text.includes('.') ? 'point' : 'comma'}`;
    const number = example.text.replace(/[^\d.,]/g, '');
    return {
      choice: 'decimal',
      message:
        `Line ${example.line}: ${shown(example.text)} can be ${number.replace(',', '.')} or ${number.replace(/[.,]/g, '')}. ` +
        `In every number, three digits follow the ${signs}. What is the decimal sign?`,
      answers: ['.', ','],
      suggestion: null,
    };
  }

  private fractionQuestion({ line, text }: Example): ImportQuestion {
    const [whole = '', fraction = ''] = text.split(/['’]/);
    return {
      choice: 'decimal',
      message:
        `Line ${line}: ${shown(text)} can be ${whole}${fraction}, or a fraction as in bond prices. Imports do not read fractions: write them as ` +
        'decimals. If the apostrophe is a thousands separator, choose any decimal sign.',
      answers: ['.', ','],
      suggestion: null,
    };
  }
}
