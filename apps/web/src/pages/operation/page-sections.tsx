/** A part of a page with its anchor. */
export interface PageSection {
  id: string;
  title: string;
}

/** Links to the parts of a long page, always in view. */
export function PageSections({ sections }: { sections: readonly PageSection[] }) {
  return (
    <nav class="page-sections" aria-label="On this page">
      {sections.map(({ id, title }) => (
        <a key={id} href={`#${id}`}>
          {title}
        </a>
      ))}
    </nav>
  );
}
