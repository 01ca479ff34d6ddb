/**
 * The pages of the documentation site, in the order in which a newcomer reads them. A page comes from a markdown file of the repository,
 * or a function of `generated` writes it. A page's address is `/docs/SLUG/`. Documents that no section
 * names stand at the end of the section with `others`.
 */
export const CONTENTS = [
  {
    section: 'Start',
    pages: [
      { slug: '', file: 'docs/index.md', name: 'Overview' },
      { slug: 'getting-started', file: 'docs/getting-started.md', name: 'Getting started' },
      { slug: 'data', file: 'docs/data.md', name: 'Own data' },
      { slug: 'download', file: 'docs/download.md', name: 'Downloads' },
      { slug: 'training', file: 'docs/training.md' },
    ],
  },
  {
    section: 'Strategies',
    pages: [
      { slug: 'strategies', file: 'docs/strategies.md' },
      { slug: 'strategy-fields', generated: 'strategyFields' },
      { slug: 'labels', file: 'docs/labels.md' },
      { slug: 'indicators', file: 'docs/indicators.md' },
    ],
  },
  {
    section: 'Results',
    pages: [
      { slug: 'verdict', file: 'docs/verdict.md' },
      { slug: 'models', file: 'docs/models.md' },
      { slug: 'models-elsewhere', file: 'docs/models-elsewhere.md' },
      { slug: 'backtest', file: 'docs/backtest.md' },
    ],
  },
  {
    section: 'Run it',
    pages: [
      { slug: 'cli', file: 'docs/cli.md', name: 'Command line' },
      { slug: 'operations', file: 'docs/operations.md' },
      { slug: 'hosts', file: 'docs/hosts.md' },
      { slug: 'engines', file: 'docs/engines.md', name: 'Engines' },
      { slug: 'scaling', file: 'docs/scaling.md' },
      { slug: 'docker', file: 'docs/docker.md', name: 'Containers' },
      { slug: 'network', file: 'docs/network.md', name: 'Network' },
      { slug: 'access', file: 'docs/access.md', name: 'Access' },
      { slug: 'mcp', file: 'docs/mcp.md' },
      { slug: 'notifications', file: 'docs/notifications.md', name: 'Notifications' },
      { slug: 'mcp', file: 'docs/mcp.md', name: 'Agents' },
      { slug: 'security', file: 'docs/security.md' },
      { slug: 'settings', file: 'docs/settings.md' },
      { slug: 'troubleshooting', file: 'docs/troubleshooting.md' },
    ],
  },
  {
    section: 'Reference',
    others: true,
    pages: [
      { slug: 'cli', file: 'docs/cli.md' },
      { slug: 'http-api', generated: 'httpApi' },
      { slug: 'http-types', generated: 'httpTypes' },
      { slug: 'notifications', file: 'docs/notifications.md' },
    ],
  },
  {
    section: 'Change it',
    pages: [
      { slug: 'your-operation', file: 'docs/your-operation.md' },
      { slug: 'architecture', file: 'ARCHITECTURE.md' },
      { slug: 'contributing', file: 'CONTRIBUTING.md' },
      { slug: 'decisions', file: 'docs/decisions/README.md', name: 'Decisions', folder: 'docs/decisions' },
      { slug: 'changelog', file: 'CHANGELOG.md' },
    ],
  },
  {
    section: 'Figures',
    pages: [
      { slug: 'performance', file: 'docs/performance.md' },
      { slug: 'reliability', file: 'docs/reliability.md' },
    ],
  },
];
