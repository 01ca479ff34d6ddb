export {
  compareWithBest,
  type Comparison,
  type ComparisonSettings,
  type RivalDifference,
} from './comparison.js';
export { blockLength, dependenceOf, type Dependence } from './dependence.js';
export { interval, quantile, widenDraws } from './interval.js';
export { momentsOf, type Moments } from './moments.js';
export { normalCdf, normalQuantile } from './normal.js';
export { RandomStream, type RandomState } from './random-stream.js';
export { bootstrapMeans, type BootstrapSettings } from './stationary-bootstrap.js';
