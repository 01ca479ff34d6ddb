import { useLocation } from 'preact-iso';
import { may } from './caller.js';

interface Entry {
  address: string;
  title: string;
  isVisible?: () => boolean;
}

const ENTRIES: readonly Entry[] = [
  { address: '/', title: 'Overview' },
  { address: '/app/operations', title: 'Operations' },
  { address: '/app/strategies', title: 'Strategies' },
  { address: '/app/models', title: 'Models' },
  { address: '/app/data', title: 'Data' },
  { address: '/app/hosts', title: 'Hosts' },
  { address: '/app/notifications', title: 'Notifications' },
  { address: '/app/access', title: 'Access', isVisible: () => may('admin') },
];

/** Links to the page's parts; the current one is marked. */
export function Navigation() {
  const { path } = useLocation();
  return (
    <nav class="navigation" aria-label="Main">
      <ul>
        {ENTRIES.filter(({ isVisible = () => true }) => isVisible()).map(({ address, title }) => (
          <li key={address}>
            <a href={address} aria-current={isCurrent(path, address) ? 'page' : undefined}>
              {title}
            </a>
          </li>
        ))}
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
