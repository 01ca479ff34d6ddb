import {
  AUDIT_ACTIONS,
  AUDIT_OUTCOMES,
  OPERATION_ID_PATTERN,
  type AuditAction,
  type AuditEntry,
  type AuditOutcome,
} from '@ktrdr/contracts';
import { useRef } from 'preact/hooks';
import { request } from '../../api/client.js';
import { ChoiceSelect } from '../../components/choice-select.js';
import { Field } from '../../components/field.js';
import { Moment } from '../../components/moment.js';
import { EmptyState, ErrorNote, Loading } from '../../components/note.js';
import { TextInput } from '../../components/text-input.js';
import { TableBox } from '../../components/table-box.js';
import { formatNumber, UNKNOWN } from '../../format/numbers.js';
import { useResource } from '../../live/use-resource.js';
import { useFilters } from '../../shell/use-filters.js';
import { auditQuery } from './audit-query.js';

const FILTERS = ['caller', 'action', 'outcome', 'offset'] as const;
/** Entries on a page. */
const PAGE = 50;

/** What callers did, newest first, in pages. */
export function AuditSection() {
  const { values, isAny, set } = useFilters(FILTERS);
  const query = auditQuery(values, PAGE);
  const audit = useResource(JSON.stringify(query), (signal) => request('listAudit', { query, signal }));
  const { value: newest, error } = audit.resource.value;
  // the entries stay until those of another filter are there
  const last = useRef(newest);
  if (newest !== null) last.current = newest;
  const value = last.current;
  const offset = query.offset ?? 0;
  // another filter begins at its newest entry
  const filter = (changes: Partial<Record<(typeof FILTERS)[number], string>>): void =>
    set({ ...changes, offset: '' });
  return (
    <section aria-labelledby="audit-title">
      <div class="section-header">
        <h2 id="audit-title">Audit log</h2>
        <button type="button" class="button" onClick={audit.reload}>
          Refresh
        </button>
      </div>
      <div class="filters" role="search">
        <Field label="Caller">
          {(attributes) => (
            <TextInput
              attributes={attributes}
              type="search"
              value={values.caller}
              onType={(caller) => filter({ caller })}
            />
          )}
        </Field>
        <Field label="Action">
          {(attributes) => (
            <ChoiceSelect
              attributes={attributes}
              value={query.action ?? ''}
              choices={[
                ['', 'All'],
                ...AUDIT_ACTIONS.map((one): [AuditAction, string] => [one, one.replaceAll('_', ' ')]),
              ]}
              onChoose={(action) => filter({ action })}
            />
          )}
        </Field>
        <Field label="Outcome">
          {(attributes) => (
            <ChoiceSelect
              attributes={attributes}
              value={query.outcome ?? ''}
              choices={[['', 'All'], ...AUDIT_OUTCOMES.map((one): [AuditOutcome, string] => [one, one])]}
              onChoose={(outcome) => filter({ outcome })}
            />
          )}
        </Field>
      </div>
      {error !== null && <ErrorNote error={error} retry={audit.reload} />}
      {value === null ? (
        error === null && <Loading lines={10} label="audit log" />
      ) : value.entries.length === 0 ? (
        <EmptyState title="No entries">
          {isAny && (
            <button
              type="button"
              class="button"
              onClick={() => set({ caller: '', action: '', outcome: '', offset: '' })}
            >
              Show all
            </button>
          )}
        </EmptyState>
      ) : (
        <>
          <AuditTable entries={value.entries} isOld={newest === null} />
          <Pages
            offset={offset}
            shown={value.entries.length}
            total={value.total_count}
            go={(to) => set({ offset: to === 0 ? '' : String(to) }, { push: true })}
          />
        </>
      )}
    </section>
  );
}

function AuditTable({ entries, isOld }: { entries: readonly AuditEntry[]; isOld: boolean }) {
  return (
    <TableBox label="Entries of the audit log" isOld={isOld}>
      <table aria-label="Entries of the audit log">
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Caller</th>
            <th scope="col">Action</th>
            <th scope="col">Target</th>
            <th scope="col">From</th>
            <th scope="col">Outcome</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={entry.id}>
              <td class="audit-time">
                <Moment at={entry.at} as="full" />
              </td>
              <td>{entry.caller ?? UNKNOWN}</td>
              <td>{entry.action.replaceAll('_', ' ')}</td>
              <td class="audit-target">
                <Target target={entry.target} />
              </td>
              <td>{entry.address}</td>
              <td>
                <Outcome entry={entry} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}

function Target({ target }: { target: string }) {
  if (!OPERATION_ID_PATTERN.test(target)) return <>{target}</>;
  return <a href={`/app/operations/${target}`}>{target}</a>;
}

function Outcome({ entry: { outcome, code, status, count } }: { entry: AuditEntry }) {
  if (outcome === 'done') return <span class="outcome-done">✓ done</span>;
  return (
    <span class="outcome-other">
      {outcome === 'refused' ? '⚠' : '✕'} {outcome}: {code ?? status}
      {count > 1 && `, ${formatNumber(count)} times`}
    </span>
  );
}

interface PagesProps {
  offset: number;
  shown: number;
  total: number;
  go: (offset: number) => void;
}

function Pages({ offset, shown, total, go }: PagesProps) {
  return (
    <div class="pages">
      <button
        type="button"
        class="button"
        disabled={offset === 0}
        onClick={() => go(Math.max(0, offset - PAGE))}
      >
        Newer
      </button>
      <span role="status">
        {formatNumber(offset + 1)} to {formatNumber(offset + shown)} of {formatNumber(total)}
      </span>
      <button
        type="button"
        class="button"
        disabled={offset + shown >= total}
        onClick={() => go(offset + PAGE)}
      >
        Older
      </button>
    </div>
  );
}
