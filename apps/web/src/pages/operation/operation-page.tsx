import { PageHeader } from '../../components/page-header.js';

export function OperationPage() {
  return <PageHeader title="Operation" />;
}
