import { PageHeader } from '../../components/page-header.js';

export function TrainPage() {
  return <PageHeader title="Train" />;
}
