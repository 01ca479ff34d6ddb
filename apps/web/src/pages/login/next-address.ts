/** First segments of addresses of the page. */
const PAGE = /^\/(app(\/|$)|$)/;
const LOGIN = '/app/login';

/**
 * Where to go after the login: `next` if it is an address of this page, else the overview. Another site's address is never followed.
 *
 * @param origin of the page
 */
export function nextAddress(next: string | undefined, origin: string): string {
  if (next === undefined || !next.startsWith('/')) return '/';
  let address: URL;
  try {
    address = new URL(next, origin);
  } catch {
    return '/';
  }
  // `//evil.example` and `/\evil.example` start with a slash and name another site
  const isOwn = address.origin === origin && PAGE.test(address.pathname) && address.pathname !== LOGIN;
  return isOwn ? `${address.pathname}${address.search}${address.hash}` : '/';
}
