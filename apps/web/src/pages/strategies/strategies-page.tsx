import { PageHeader } from '../../components/page-header.js';

export function StrategiesPage() {
  return <PageHeader title="Strategies" />;
}
