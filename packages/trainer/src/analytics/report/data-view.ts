import type { DataReport } from '@ktrdr/contracts';
import { escapeHtml } from './html.js';

/** Every finding about every file of bars, with its places. */
export function dataView(reports: readonly DataReport[]): string {
  return reports
    .map(({ file, bars, start, end, findings }) => {
      const about = `<p><b>${escapeHtml(file)}</b>: ${bars} bars, ${escapeHtml(`${start} to ${end}`)}${findings.length === 0 ? ', nothing unusual' : ''}</p>`;
      const items = findings.map(({ severity, message, examples }) => {
        const places =
          examples.length < 2
            ? ''
            : `<br/>${examples.map(({ time, text }) => escapeHtml(`${time}: ${text}`)).join('<br/>')}`;
        return `<li><b>${severity}</b>: ${escapeHtml(message)}${places}</li>`;
      });
      return items.length === 0 ? about : `${about}<ul>${items.join('')}</ul>`;
    })
    .join('\n');
}
