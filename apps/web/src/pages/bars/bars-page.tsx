import { PageHeader } from '../../components/page-header.js';

export function BarsPage() {
  return <PageHeader title="Bars" />;
}
