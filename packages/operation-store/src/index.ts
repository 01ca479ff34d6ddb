export { MemoryTrialLedger } from './memory-trial-ledger.js';
export {
  openOperationStore,
  type OpenOperationStore,
  type OperationStoreLocation,
} from './open-operation-store.js';
export type { Trial, TrialLedger } from './trial-ledger.js';
