import { PageHeader } from '../../components/page-header.js';

export function ModelsPage() {
  return <PageHeader title="Models" />;
}
