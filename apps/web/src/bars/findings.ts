import { isGrave, type DataFinding } from '@ktrdr/contracts';

/** How serious the findings about a file are. */
export type FindingsGrade = 'good' | 'note' | 'warning' | 'grave';

/** Grade of all findings of a file: that of the most serious one. */
export function gradeOf(findings: readonly DataFinding[]): FindingsGrade {
  if (findings.some(isGrave)) return 'grave';
  if (findings.some(({ severity }) => severity === 'warning')) return 'warning';
  return findings.length > 0 ? 'note' : 'good';
}

/** `nothing unusual`, or the kinds of the findings: `split, missing bars`. */
export function findingsText(findings: readonly DataFinding[]): string {
  if (findings.length === 0) return 'nothing unusual';
  return findings.map(({ kind }) => kind.replaceAll('_', ' ')).join(', ');
}
