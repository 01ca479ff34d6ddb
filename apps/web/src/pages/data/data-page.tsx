import { PageHeader } from '../../components/page-header.js';

export function DataPage() {
  return <PageHeader title="Data" />;
}
