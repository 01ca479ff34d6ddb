import { PageHeader } from '../../components/page-header.js';

export function NotificationsPage() {
  return <PageHeader title="Notifications" />;
}
