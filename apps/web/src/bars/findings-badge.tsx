import type { DataFinding } from '@ktrdr/contracts';
import { findingsText, gradeOf, type FindingsGrade } from './findings.js';
import './findings-badge.css';

/** Sign of each grade, so that colour is not the only difference. */
const SIGNS: Readonly<Record<FindingsGrade, string>> = { good: '✓', note: '•', warning: '⚠', grave: '✕' };

/** What is unusual about a file of bars, in a few words. */
export function FindingsBadge({ findings }: { findings: readonly DataFinding[] }) {
  const grade = gradeOf(findings);
  return (
    <span class={`findings-badge findings-${grade}`}>
      <span aria-hidden="true">{SIGNS[grade]}</span> {findingsText(findings)}
    </span>
  );
}
