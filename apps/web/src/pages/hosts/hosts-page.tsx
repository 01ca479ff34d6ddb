import { PageHeader } from '../../components/page-header.js';

export function HostsPage() {
  return <PageHeader title="Hosts" />;
}
