import { request } from '../../api/client.js';
import { EmptyState } from '../../components/note.js';
import { PageHeader } from '../../components/page-header.js';
import { useResource } from '../../live/use-resource.js';
import { caller, may } from '../../shell/caller.js';
import { AuditSection } from './audit-section.js';
import { TokensSection } from './tokens-section.js';
import './access-page.css';

/** Who may use the API, and what callers did. */
export function AccessPage() {
  if (caller.value !== null && !may('admin')) {
    return (
      <>
        <PageHeader title="Access" />
        <EmptyState title="Your token may not see this">
          <p>Tokens and the audit log need a token with the role admin.</p>
        </EmptyState>
      </>
    );
  }
  return <Sections />;
}

function Sections() {
  const tokens = useResource('tokens', (signal) => request('listTokens', { signal }));
  const { value, error } = tokens.resource.value;
  return (
    <>
      <PageHeader title="Access" />
      <TokensSection tokens={tokens} />
      {/* shown only below the loaded tokens, which would otherwise move it */}
      {(value !== null || error !== null) && <AuditSection />}
    </>
  );
}
