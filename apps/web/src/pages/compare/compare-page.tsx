import { PageHeader } from '../../components/page-header.js';

export function ComparePage() {
  return <PageHeader title="Compare" />;
}
