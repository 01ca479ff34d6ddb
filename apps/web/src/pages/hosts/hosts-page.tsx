import type { HostList } from '@ktrdr/contracts';
import { useEffect } from 'preact/hooks';
import { request } from '../../api/client.js';
import { Moment } from '../../components/moment.js';
import { EmptyState, ErrorNote, Loading } from '../../components/note.js';
import { PageHeader } from '../../components/page-header.js';
import { clockDifference } from '../../live/connection.js';
import { onOperationsChange } from '../../live/operations.js';
import { useStatusChanges } from '../../live/use-status-changes.js';
import { useResource } from '../../live/use-resource.js';
import { DoctorList } from './doctor-list.js';
import { HostsTable } from './hosts-table.js';
import { WaitingList } from './waiting-list.js';
import './hosts-page.css';

/** A queue host reports its trainings every two seconds, so the list shows a new status after this time, ms. */
const ANNOUNCED_MS = 3_000;

/** Where trainings run, what waits, and whether the API has what it needs. */
export function HostsPage() {
  const isStatusChange = useStatusChanges();
  const hosts = useResource('hosts', (signal) => request('listHosts', { signal }), isStatusChange);
  const isLaterChange = useStatusChanges();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const forget = onOperationsChange((change) => {
      if (!isLaterChange(change)) return;
      clearTimeout(timer);
      timer = setTimeout(hosts.reload, ANNOUNCED_MS);
    });
    return () => {
      forget();
      clearTimeout(timer);
    };
  }, []);
  const { value, error, receivedAt } = hosts.resource.value;
  return (
    <>
      <PageHeader
        title="Hosts and queue"
        actions={
          <>
            <span class="muted read-at">
              {receivedAt === null ? (
                'Reading'
              ) : (
                <>
                  Updated <Moment at={new Date(receivedAt + clockDifference.value).toISOString()} />
                </>
              )}
            </span>
            <button type="button" class="button" onClick={hosts.reload}>
              Refresh
            </button>
          </>
        }
      />
      {error !== null && <ErrorNote error={error} retry={hosts.reload} />}
      {value === null && error === null ? (
        // the parts below would move when the hosts are known
        <Loading lines={12} label="hosts" />
      ) : (
        <>
          {value !== null && <Hosts list={value} />}
          <h2>Waiting</h2>
          <WaitingList />
          <h2>Health of the API</h2>
          <DoctorList />
        </>
      )}
    </>
  );
}

function Hosts({ list: { mode, hosts } }: { list: HostList }) {
  if (mode === 'local') {
    return (
      <EmptyState title="The API trains on its own machine">
        <p>
          There are no training hosts. To train on another machine, start a host there:{' '}
          <code>npm run host</code> (
          <a href="/docs/hosts/" target="_self">
            documentation
          </a>
          ).
        </p>
      </EmptyState>
    );
  }
  if (hosts.length === 0) {
    return (
      <EmptyState title="No host takes trainings from the queue">
        <p>
          Start one: <code>npm run host -- --queue</code>. Trainings wait until then.
        </p>
      </EmptyState>
    );
  }
  return <HostsTable hosts={hosts} />;
}
