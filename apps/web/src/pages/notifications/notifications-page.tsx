import { PageHeader } from '../../components/page-header.js';
import { may } from '../../shell/caller.js';
import { BrowserSection } from './browser-section.js';
import { WebhooksSection } from './webhooks-section.js';
import './notifications-page.css';

/** Who is notified when an operation ends: this browser, and other programs. */
export function NotificationsPage() {
  return (
    <>
      <PageHeader title="Notifications" />
      <BrowserSection />
      {may('operate') && <WebhooksSection />}
    </>
  );
}
