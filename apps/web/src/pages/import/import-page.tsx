import { PageHeader } from '../../components/page-header.js';

export function ImportPage() {
  return <PageHeader title="Import a file" />;
}
