import { PageHeader } from '../../components/page-header.js';

export function ModelPage() {
  return <PageHeader title="Model" />;
}
