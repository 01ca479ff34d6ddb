export { judgeMarket, type JudgedMarket, plantedEdge, randomWalk } from './judged-market.js';
export { backtestModel } from '../prediction/backtest-model.js';
