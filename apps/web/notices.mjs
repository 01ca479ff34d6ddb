import { thirdPartyNotices } from '../../tools/third-party.mjs';

/** Its NOTICE file is missing in the npm package; its licence requires it. */
const CHARTS_NOTICE = `lightweight-charts: NOTICE

TradingView Lightweight Charts™
Copyright (c) 2026 TradingView, Inc. https://www.tradingview.com/
`;

/** Writes `third-party.txt` beside the page: the licences of all packages in it. */
export function noticesFile() {
  return {
    name: 'ktrdr-notices',
    async generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((chunk) =>
        chunk.type === 'chunk' ? chunk.moduleIds : [],
      );
      const notices = await thirdPartyNotices(modules);
      this.emitFile({
        type: 'asset',
        fileName: 'third-party.txt',
        source: `${notices}\n${'-'.repeat(80)}\n\n${CHARTS_NOTICE}`,
      });
    },
  };
}
