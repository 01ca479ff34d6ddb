export { judgeMarket, type JudgedMarket, plantedEdge, randomWalk } from './judged-market.js';
