import type {
  AuditList,
  CallerInfo,
  CreateTokenRequest,
  CreatedToken,
  ListAuditQuery,
  LoginRequest,
  RevokedToken,
  TokenList,
} from './access.js';
import type {
  ComputeIndicatorRequest,
  ComputeIndicatorResponse,
  IndicatorList,
  MigrateStrategyResponse,
  SampleDataRequest,
  SampleDataResponse,
  StrategyList,
  ValidateStrategyRequest,
  ValidateStrategyResponse,
} from './api.js';
import type { SessionArtifacts } from './artifacts.js';
import type { StartBacktestRequest } from './backtest-operation.js';
import type {
  BarsDetails,
  BarsList,
  BarsQuery,
  DeletedBars,
  ExportBarsQuery,
  ResampleBarsRequest,
  ResampledBars,
  ShowBarsQuery,
} from './bars-files.js';
import type { StartDownloadRequest } from './data-download.js';
import type {
  CheckUploadQuery,
  DeletedProfile,
  ImportChoices,
  ImportPreview,
  ImportProfile,
  PreviewImportRequest,
  ProfileList,
  StartImportRequest,
  UploadFileQuery,
  UploadedFile,
} from './data-import.js';
import type { DataCheck, DataCheckQuery } from './data-report.js';
import type { DataSourceList } from './data-sources.js';
import type { DoctorReport } from './doctor.js';
import type { HealthReport } from './health.js';
import type { ErrorResponse } from './http.js';
import type { ModelDecisions, ModelDecisionsQuery } from './model-decisions.js';
import type {
  CompareModelsQuery,
  DeleteModelResponse,
  ListModelsQuery,
  ModelComparison,
  ModelDetails,
  ModelList,
  PredictRequest,
  PredictResponse,
} from './models.js';
import type {
  CreatedWebhook,
  CreateWebhookRequest,
  DeletedWebhook,
  WebhookList,
  WebhookTest,
} from './notifications.js';
import type { OperationMetrics, OperationTimeline, PointsQuery } from './operation-metrics.js';
import type {
  CancelOperationRequest,
  CancelOperationResponse,
  ListOperationsQuery,
  OperationHistory,
  OperationList,
  OperationsEventData,
  OperationsRemoved,
  OperationStarted,
  RemoveOperationsQuery,
} from './operation-requests.js';
import type { StartDummyRequest, TypedOperation } from './operation-types.js';
import type {
  DeletedStrategy,
  DeleteStrategyQuery,
  SavedStrategy,
  SaveStrategyRequest,
  StrategyFile,
  StrategySchema,
} from './strategy-files.js';
import type { HostList } from './training-queue.js';
import type { EstimateTrainingResponse } from './training-estimate.js';
import type { StartTrainingRequest, TrainingRequestRecord } from './training-request.js';
import type { SessionList, StartSessionRequest, TrainingSession } from './training-session.js';

/**
 * Every body, query and response of the services, by its name in the OpenAPI documents. The build generates
 * `schemas.json` from this type: a route can use every type listed here, and the documents always match the types.
 */
export interface WireTypes {
  // bodies and queries
  BarsQuery: BarsQuery;
  CancelOperationRequest: CancelOperationRequest;
  CheckUploadQuery: CheckUploadQuery;
  CompareModelsQuery: CompareModelsQuery;
  ComputeIndicatorRequest: ComputeIndicatorRequest;
  CreateTokenRequest: CreateTokenRequest;
  CreateWebhookRequest: CreateWebhookRequest;
  DataCheckQuery: DataCheckQuery;
  DeleteStrategyQuery: DeleteStrategyQuery;
  ExportBarsQuery: ExportBarsQuery;
  ImportChoices: ImportChoices;
  ListAuditQuery: ListAuditQuery;
  ListModelsQuery: ListModelsQuery;
  ListOperationsQuery: ListOperationsQuery;
  ModelDecisionsQuery: ModelDecisionsQuery;
  LoginRequest: LoginRequest;
  PointsQuery: PointsQuery;
  PredictRequest: PredictRequest;
  PreviewImportRequest: PreviewImportRequest;
  ResampleBarsRequest: ResampleBarsRequest;
  RemoveOperationsQuery: RemoveOperationsQuery;
  SampleDataRequest: SampleDataRequest;
  SaveStrategyRequest: SaveStrategyRequest;
  ShowBarsQuery: ShowBarsQuery;
  StartBacktestRequest: StartBacktestRequest;
  StartDownloadRequest: StartDownloadRequest;
  StartDummyRequest: StartDummyRequest;
  StartImportRequest: StartImportRequest;
  StartSessionRequest: StartSessionRequest;
  StartTrainingRequest: StartTrainingRequest;
  UploadFileQuery: UploadFileQuery;
  ValidateStrategyRequest: ValidateStrategyRequest;
  // responses
  AuditList: AuditList;
  BarsDetails: BarsDetails;
  BarsList: BarsList;
  CallerInfo: CallerInfo;
  CreatedToken: CreatedToken;
  CreatedWebhook: CreatedWebhook;
  DeletedStrategy: DeletedStrategy;
  DeletedWebhook: DeletedWebhook;
  RevokedToken: RevokedToken;
  SavedStrategy: SavedStrategy;
  StrategyFile: StrategyFile;
  StrategySchema: StrategySchema;
  WebhookList: WebhookList;
  WebhookTest: WebhookTest;
  TokenList: TokenList;
  CancelOperationResponse: CancelOperationResponse;
  ComputeIndicatorResponse: ComputeIndicatorResponse;
  DataCheck: DataCheck;
  DataSourceList: DataSourceList;
  DeletedBars: DeletedBars;
  DeletedProfile: DeletedProfile;
  DeleteModelResponse: DeleteModelResponse;
  DoctorReport: DoctorReport;
  ErrorResponse: ErrorResponse;
  EstimateTrainingResponse: EstimateTrainingResponse;
  HealthReport: HealthReport;
  HostList: HostList;
  ImportPreview: ImportPreview;
  ImportProfile: ImportProfile;
  IndicatorList: IndicatorList;
  MigrateStrategyResponse: MigrateStrategyResponse;
  ModelComparison: ModelComparison;
  ModelDecisions: ModelDecisions;
  ModelDetails: ModelDetails;
  ModelList: ModelList;
  OperationHistory: OperationHistory;
  OperationList: OperationList;
  OperationMetrics: OperationMetrics;
  OperationsEventData: OperationsEventData;
  OperationsRemoved: OperationsRemoved;
  OperationStarted: OperationStarted;
  OperationTimeline: OperationTimeline;
  PredictResponse: PredictResponse;
  ProfileList: ProfileList;
  ResampledBars: ResampledBars;
  SampleDataResponse: SampleDataResponse;
  SessionArtifacts: SessionArtifacts;
  SessionList: SessionList;
  StrategyList: StrategyList;
  TrainingRequestRecord: TrainingRequestRecord;
  TrainingSession: TrainingSession;
  TypedOperation: TypedOperation;
  UploadedFile: UploadedFile;
  ValidateStrategyResponse: ValidateStrategyResponse;
}
