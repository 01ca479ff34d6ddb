/** Settings of the search index: the build writes the index and the page reads it, with the same settings. */
export const SEARCH_OPTIONS = {
  fields: ['title', 'page', 'text'],
  storeFields: ['title', 'page', 'url', 'text'],
  searchOptions: {
    // a guide explains what a list of types only names
    boostDocument: (_id, _term, { page }) => (page === 'HTTP types' || page === 'Changelog' ? 0.3 : 1),
    boost: { title: 4, page: 2 },
    prefix: (term) => term.length > 1,
    fuzzy: (term) => (term.length > 4 ? 0.3 : false),
    combineWith: 'AND',
  },
};
