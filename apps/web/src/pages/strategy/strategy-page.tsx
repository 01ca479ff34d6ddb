import { PageHeader } from '../../components/page-header.js';

export function StrategyPage() {
  return <PageHeader title="Strategy" />;
}
