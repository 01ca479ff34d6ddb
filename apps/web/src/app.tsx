import { useEffect } from 'preact/hooks';
import { ErrorBoundary, LocationProvider, Route, Router, useLocation } from 'preact-iso';
import { whenUnauthenticated } from './api/client.js';
import { followOperations, onOperationsChange } from './live/operations.js';
import { showNotifications } from './notifications/browser-notifications.js';
import { Part } from './components/part.js';
import { NotFoundPage } from './pages/not-found.js';
import { caller, onOtherTabsSession, readCaller } from './shell/caller.js';
import { lazyPage } from './shell/lazy-page.js';
import { Shell } from './shell/shell.js';

// each page is a separate file, read when it is first shown
const OverviewPage = lazyPage(async () => (await import('./pages/overview/overview-page.js')).OverviewPage);
const OperationsPage = lazyPage(
  async () => (await import('./pages/operations/operations-page.js')).OperationsPage,
);
const OperationPage = lazyPage(
  async () => (await import('./pages/operation/operation-page.js')).OperationPage,
);
const ComparePage = lazyPage(async () => (await import('./pages/compare/compare-page.js')).ComparePage);
const ModelsPage = lazyPage(async () => (await import('./pages/models/models-page.js')).ModelsPage);
const ModelPage = lazyPage(async () => (await import('./pages/model/model-page.js')).ModelPage);
const StrategiesPage = lazyPage(
  async () => (await import('./pages/strategies/strategies-page.js')).StrategiesPage,
);
const StrategyPage = lazyPage(async () => (await import('./pages/strategy/strategy-page.js')).StrategyPage);
const TrainPage = lazyPage(async () => (await import('./pages/train/train-page.js')).TrainPage);
const DataPage = lazyPage(async () => (await import('./pages/data/data-page.js')).DataPage);
const BarsPage = lazyPage(async () => (await import('./pages/bars/bars-page.js')).BarsPage);
const ImportPage = lazyPage(async () => (await import('./pages/import/import-page.js')).ImportPage);
const HostsPage = lazyPage(async () => (await import('./pages/hosts/hosts-page.js')).HostsPage);
const AccessPage = lazyPage(async () => (await import('./pages/access/access-page.js')).AccessPage);
const NotificationsPage = lazyPage(
  async () => (await import('./pages/notifications/notifications-page.js')).NotificationsPage,
);
const LoginPage = lazyPage(async () => (await import('./pages/login/login-page.js')).LoginPage);

/** The page: its frame, and the page of the current address. */
export function App() {
  return (
    <LocationProvider>
      <Pages />
    </LocationProvider>
  );
}

function Pages() {
  const { path, url, route } = useLocation();
  const isLogin = path === '/app/login';

  useEffect(() => {
    whenUnauthenticated(() => {
      const ended = caller.peek() === null ? '' : '&ended=yes';
      caller.value = null;
      if (location.pathname !== '/app/login')
        route(`/app/login?next=${encodeURIComponent(location.pathname + location.search)}${ended}`);
    });
  }, []);

  useEffect(() => {
    if (isLogin) return undefined;
    let stop = (): void => {};
    let isGone = false;
    const readAgain = (): void => {
      // the page of the address shows the error of its own request
      readCaller().catch(() => undefined);
    };
    readCaller()
      .catch(() => undefined)
      .finally(() => {
        if (!isGone) stop = followOperations();
      });
    const forgetChanges = onOperationsChange(({ type }) => {
      if (type === 'reloaded' && caller.peek() === null) readAgain();
    });
    const forgetTabs = onOtherTabsSession(readAgain);
    const stopNotifications = showNotifications(route);
    return () => {
      isGone = true;
      stop();
      forgetChanges();
      forgetTabs();
      stopNotifications();
    };
  }, [isLogin]);

  // a new page is read from its top, by screen readers too
  useEffect(() => document.getElementById('main')?.focus({ preventScroll: true }), [path]);

  const pages = (
    <Part
      of={path}
      name="This page"
      advice="Reload it. If that does not help, report what the console of the browser says."
    >
      <ErrorBoundary>
        <Router>
          <Route path="/" component={OverviewPage} />
          <Route path="/app/operations" component={OperationsPage} />
          <Route path="/app/operations/:id" component={OperationPage} />
          <Route path="/app/compare" component={ComparePage} />
          <Route path="/app/models" component={ModelsPage} />
          <Route path="/app/models/:strategy/:version" component={ModelPage} />
          <Route path="/app/strategies" component={StrategiesPage} />
          <Route path="/app/strategies/:name" component={StrategyPage} />
          <Route path="/app/train" component={TrainPage} />
          <Route path="/app/data" component={DataPage} />
          <Route path="/app/data/import" component={ImportPage} />
          <Route path="/app/data/:symbol/:timeframe" component={BarsPage} />
          <Route path="/app/hosts" component={HostsPage} />
          <Route path="/app/access" component={AccessPage} />
          <Route path="/app/notifications" component={NotificationsPage} />
          <Route path="/app/login" component={LoginPage} />
          <Route default component={NotFoundPage} />
        </Router>
      </ErrorBoundary>
    </Part>
  );
  return isLogin ? (
    <main id="main" tabIndex={-1} data-address={url}>
      {pages}
    </main>
  ) : (
    <Shell>{pages}</Shell>
  );
}
