import { PageHeader } from '../components/page-header.js';

export function NotFoundPage() {
  return (
    <>
      <PageHeader title="This page does not exist" />
      <p>
        Check the address, or go to the <a href="/">overview</a>.
      </p>
    </>
  );
}
