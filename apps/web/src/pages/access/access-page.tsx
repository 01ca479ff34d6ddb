import { PageHeader } from '../../components/page-header.js';

export function AccessPage() {
  return <PageHeader title="Access" />;
}
