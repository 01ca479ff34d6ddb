import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { CallerName } from './caller-name.js';
import { ConnectionBanner, ConnectionIndicator } from './connection-state.js';
import { MissingFilesNote } from './missing-files.js';
import { Navigation } from './navigation.js';
import { setTheme, theme, THEMES, type Theme } from './theme.js';
import './shell.css';

/** The frame of every page: navigation, state of the connection, theme, and who is logged in. */
export function Shell({ children }: { children: ComponentChildren }) {
  const menu = useRef<HTMLDetailsElement>(null);
  const closeMenu = (event: Event): void => {
    if ((event.target as Element).closest('a') !== null && menu.current !== null) menu.current.open = false;
  };
  return (
    <div class="shell">
      <a class="skip-link" href="#main" target="_self">
        Skip to content
      </a>
      <header class="shell-header">
        <a class="brand" href="/">
          <img src="/favicon.svg" alt="" width="24" height="24" /> ktrdr
        </a>
        <details class="menu" ref={menu} onClick={closeMenu}>
          <summary>Menu</summary>
          <Navigation />
        </details>
        <div class="sidebar-navigation">
          <Navigation />
        </div>
        <div class="shell-footer">
          <ConnectionIndicator />
          <CallerName />
          <ThemeChoice />
        </div>
      </header>
      <div class="shell-content">
        <ConnectionBanner />
        <main id="main" tabIndex={-1}>
          <MissingFilesNote />
          {children}
        </main>
      </div>
    </div>
  );
}

const THEME_NAMES: Readonly<Record<Theme, string>> = { system: 'System', light: 'Light', dark: 'Dark' };

function ThemeChoice() {
  return (
    <label class="theme-choice">
      Theme
      <select value={theme.value} onChange={(event) => setTheme(event.currentTarget.value as Theme)}>
        {THEMES.map((name) => (
          <option key={name} value={name}>
            {THEME_NAMES[name]}
          </option>
        ))}
      </select>
    </label>
  );
}
