import type { Role } from '@ktrdr/contracts';
import { useLocation } from 'preact-iso';
import { caller, may } from './caller.js';

interface Entry {
  address: string;
  title: string;
  /** Default: everyone. */
  role?: Role;
}

const ENTRIES: readonly Entry[] = [
  { address: '/', title: 'Overview' },
  { address: '/app/operations', title: 'Operations' },
  { address: '/app/strategies', title: 'Strategies' },
  { address: '/app/models', title: 'Models' },
  { address: '/app/data', title: 'Data' },
  { address: '/app/hosts', title: 'Hosts' },
  { address: '/app/notifications', title: 'Notifications' },
  { address: '/app/access', title: 'Access', role: 'admin' },
];

/** Links to the page's parts; the current one is marked. */
export function Navigation() {
  const { path } = useLocation();
  // until it is known who one is, what not everyone may open keeps its place
  const isUnknown = caller.value === null;
  return (
    <nav class="navigation" aria-label="Main">
      <ul>
        {ENTRIES.filter(({ role }) => role === undefined || isUnknown || may(role)).map(
          ({ address, title, role }) => (
            <li key={address} class={isUnknown && role !== undefined ? 'navigation-unknown' : undefined}>
              <a href={address} aria-current={isCurrent(path, address) ? 'page' : undefined}>
                {title}
              </a>
            </li>
          ),
        )}
        <li>
          <a href="/docs/" target="_self">
            Documentation
          </a>
        </li>
      </ul>
    </nav>
  );
}

function isCurrent(path: string, address: string): boolean {
  return path === address || (address !== '/' && path.startsWith(`${address}/`));
}
