/** Style sheet of the report page, for light and dark mode. */
export const REPORT_STYLE = `
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1c2128; --dim: #57606a; --rule: #d8dee4; --one: #1f6feb; --two: #bc4c00; --bar: #54aeff; --hit: 31, 111, 235; --bad: #b42318; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #0d1117; --ink: #e6edf3; --dim: #9198a1; --rule: #30363d; --one: #6cb6ff; --two: #f69d50; --bar: #316dca; --hit: 108, 182, 255; --bad: #ff7b72; }
}
body { margin: 0 auto; max-width: 1120px; padding: 24px; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { margin: 0; font-size: 24px; }
h2 { margin: 36px 0 8px; font-size: 17px; }
h3 { margin: 24px 0 4px; font-size: 15px; }
p { margin: 4px 0; color: var(--dim); }
p.verdict { color: var(--ink); font-size: 18px; }
p.alerts { color: var(--bad); }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 14px 4px 0; border-bottom: 1px solid var(--rule); text-align: right; font-weight: normal; white-space: nowrap; }
th { color: var(--dim); }
th:first-child, td:first-child { text-align: left; }
table.confusion td { padding: 6px 14px; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 20px; }
.scroll { overflow-x: auto; }
svg { display: block; width: 100%; height: auto; }
svg.square { max-width: 340px; }
svg.wide { min-width: 520px; max-width: 860px; }
svg text { fill: var(--ink); font: 12px system-ui, sans-serif; }
svg text.title { font-weight: 600; }
svg text.tick { fill: var(--dim); }
.grid { stroke: var(--rule); }
.axis { stroke: var(--dim); }
.marked { stroke: var(--dim); stroke-dasharray: 4 4; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.line.series-1 { stroke: var(--one); }
.line.series-2 { stroke: var(--two); }
.dot.series-1 { fill: var(--one); }
.dot.series-2 { fill: var(--two); }
.bar { fill: var(--bar); }
.loss { fill: var(--bad); opacity: 0.35; }
.place { stroke: var(--two); stroke-width: 2; }
pre { margin: 0; white-space: pre-wrap; font: 13px/1.5 ui-monospace, monospace; }
pre.alerts { color: var(--bad); }
`;
