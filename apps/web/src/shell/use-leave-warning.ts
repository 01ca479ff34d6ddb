import { useLocation } from 'preact-iso';
import { useEffect, useRef } from 'preact/hooks';
import { guardLeaving } from './leave-guard.js';
import { useSignal, type ReadonlySignal } from '@preact/signals';

/** A change of the page that waits for an answer. */
export interface LeaveWarning {
  /** Address that the user wants to go to; `null`: no question is open. */
  target: ReadonlySignal<string | null>;
  stay: () => void;
  /** Goes there; without a question it does nothing. */
  leave: () => void;
}

/**
 * Holds back links and the Back button while there are unsaved changes. The browser itself asks before the tab is closed.
 * @param isUnsaved whether something would be lost
 */
export function useLeaveWarning(isUnsaved: () => boolean): LeaveWarning {
  const { route } = useLocation();
  const target = useSignal<string | null>(null);
  const isLeaving = useRef(false);
  const unsaved = useRef(isUnsaved);
  unsaved.current = isUnsaved;

  useEffect(() => {
    const here = location.pathname;
    const hereAddress = location.pathname + location.search;
    const holds = (): boolean => !isLeaving.current && unsaved.current();

    function onClick(event: MouseEvent): void {
      const link = (event.target as Element).closest('a');
      const isPlain =
        event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
      if (link === null || !isPlain || (link.target !== '' && link.target !== '_self')) return;
      if (
        link.origin !== location.origin ||
        link.pathname === here ||
        link.hasAttribute('download') ||
        !holds()
      )
        return;
      event.preventDefault();
      event.stopPropagation();
      target.value = link.pathname + link.search;
    }

    function onPopState(event: PopStateEvent): void {
      if (location.pathname === here || !holds()) return;
      event.stopImmediatePropagation();
      target.value = location.pathname + location.search;
      history.pushState(null, '', hereAddress);
    }

    function onBeforeUnload(event: BeforeUnloadEvent): void {
      if (holds()) event.preventDefault();
    }

    document.addEventListener('click', onClick, true);
    const unguard = guardLeaving(onPopState);
    addEventListener('beforeunload', onBeforeUnload);
    return () => {
      document.removeEventListener('click', onClick, true);
      unguard();
      removeEventListener('beforeunload', onBeforeUnload);
    };
  }, []);

  return {
    target,
    stay: () => {
      target.value = null;
    },
    leave: () => {
      const address = target.value;
      if (address === null) return;
      isLeaving.current = true;
      target.value = null;
      // the documentation is not part of the page
      if (address.startsWith('/docs')) location.assign(address);
      else route(address);
    },
  };
}
