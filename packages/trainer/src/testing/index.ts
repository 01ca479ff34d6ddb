export { CHECKPOINT_NETWORK, checkpointBytes, checkpointOf } from './checkpoints.js';
export { judgeMarket, type JudgedMarket, plantedEdge, randomWalk } from './judged-market.js';
export { backtestModel } from '../prediction/backtest-model.js';
export { checksumsOf, modelFilesOf } from './model-files.js';
export { metadataOf } from './model-metadata.js';
export {
  type Agreement,
  type AgreementCase,
  allAgreementCases,
  compareWithOnnx,
} from './engine-agreement.js';
export { findSoftwareVulkan } from './software-vulkan.js';
