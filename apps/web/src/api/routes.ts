import type { WireTypes } from '@ktrdr/contracts';

/** Name of a wire type. */
type TypeName = keyof WireTypes;

/** One route of the API. `test/routes.test.ts` compares every route with the OpenAPI document. */
interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `:name` is a parameter. */
  path: `/${string}`;
  query?: TypeName;
  /** `bytes`: a file. */
  body?: TypeName | 'bytes';
  /** `nothing`: `null`. `bytes`: a file, which a link fetches. */
  answer: TypeName | 'nothing' | 'bytes';
}

/** The routes that the page uses, by their `operationId` in the OpenAPI document. */
export const ROUTES = {
  getCaller: { method: 'GET', path: '/caller', answer: 'CallerInfo' },
  listOperations: {
    method: 'GET',
    path: '/operations',
    query: 'ListOperationsQuery',
    answer: 'OperationList',
  },
  getOperation: { method: 'GET', path: '/operations/:id', answer: 'TypedOperation' },
  getOperationHistory: { method: 'GET', path: '/operations/:id/history', answer: 'OperationHistory' },
  cancelOperation: {
    method: 'POST',
    path: '/operations/:id/cancel',
    body: 'CancelOperationRequest',
    answer: 'CancelOperationResponse',
  },
  resumeOperation: { method: 'POST', path: '/operations/:id/resume', answer: 'OperationStarted' },
  retryOperation: { method: 'POST', path: '/operations/:id/retry', answer: 'OperationStarted' },
  // bars
  listBars: { method: 'GET', path: '/data', answer: 'BarsList' },
  showBars: { method: 'GET', path: '/data/show', query: 'ShowBarsQuery', answer: 'BarsDetails' },
  checkData: { method: 'GET', path: '/data/check', query: 'DataCheckQuery', answer: 'DataCheck' },
  exportBars: { method: 'GET', path: '/data/export', query: 'ExportBarsQuery', answer: 'bytes' },
  deleteBars: { method: 'DELETE', path: '/data', query: 'BarsQuery', answer: 'DeletedBars' },
  resampleBars: {
    method: 'POST',
    path: '/data/resample',
    body: 'ResampleBarsRequest',
    answer: 'ResampledBars',
  },
  writeSampleBars: {
    method: 'POST',
    path: '/data/sample',
    body: 'SampleDataRequest',
    answer: 'SampleDataResponse',
  },
  listDataSources: { method: 'GET', path: '/data/sources', answer: 'DataSourceList' },
  startDownload: {
    method: 'POST',
    path: '/data/downloads/start',
    body: 'StartDownloadRequest',
    answer: 'OperationStarted',
  },
  // imports
  uploadFile: {
    method: 'POST',
    path: '/data/uploads',
    query: 'UploadFileQuery',
    body: 'bytes',
    answer: 'UploadedFile',
  },
  checkUpload: {
    method: 'GET',
    path: '/data/uploads/check',
    query: 'CheckUploadQuery',
    answer: 'nothing',
  },
  removeUpload: { method: 'DELETE', path: '/data/uploads/:id', answer: 'nothing' },
  previewImport: {
    method: 'POST',
    path: '/data/imports/preview',
    body: 'PreviewImportRequest',
    answer: 'ImportPreview',
  },
  startImport: {
    method: 'POST',
    path: '/data/imports/start',
    body: 'StartImportRequest',
    answer: 'OperationStarted',
  },
  listProfiles: { method: 'GET', path: '/data/profiles', answer: 'ProfileList' },
  keepProfile: {
    method: 'PUT',
    path: '/data/profiles/:name',
    body: 'ImportChoices',
    answer: 'ImportProfile',
  },
  deleteProfile: { method: 'DELETE', path: '/data/profiles/:name', answer: 'DeletedProfile' },
  // hosts, access, notifications
  listHosts: { method: 'GET', path: '/hosts', answer: 'HostList' },
  getDoctorReport: { method: 'GET', path: '/doctor', answer: 'DoctorReport' },
  login: { method: 'POST', path: '/session', body: 'LoginRequest', answer: 'CallerInfo' },
  logout: { method: 'DELETE', path: '/session', answer: 'nothing' },
  listTokens: { method: 'GET', path: '/tokens', answer: 'TokenList' },
  createToken: { method: 'POST', path: '/tokens', body: 'CreateTokenRequest', answer: 'CreatedToken' },
  revokeToken: { method: 'DELETE', path: '/tokens/:token', answer: 'RevokedToken' },
  listAudit: { method: 'GET', path: '/audit', query: 'ListAuditQuery', answer: 'AuditList' },
  listWebhooks: { method: 'GET', path: '/notifications', answer: 'WebhookList' },
  createWebhook: {
    method: 'POST',
    path: '/notifications',
    body: 'CreateWebhookRequest',
    answer: 'CreatedWebhook',
  },
  deleteWebhook: { method: 'DELETE', path: '/notifications/:id', answer: 'DeletedWebhook' },
  testWebhook: { method: 'POST', path: '/notifications/:id/test', answer: 'WebhookTest' },
  // runs
  getOperationMetrics: {
    method: 'GET',
    path: '/operations/:id/metrics',
    query: 'PointsQuery',
    answer: 'OperationMetrics',
  },
  getOperationTimeline: { method: 'GET', path: '/operations/:id/timeline', answer: 'OperationTimeline' },
  getTrainingRequest: { method: 'GET', path: '/trainings/:id/request', answer: 'TrainingRequestRecord' },
  compareModels: {
    method: 'GET',
    path: '/models/compare',
    query: 'CompareModelsQuery',
    answer: 'ModelComparison',
  },
  // models
  listModels: { method: 'GET', path: '/models', query: 'ListModelsQuery', answer: 'ModelList' },
  getModel: { method: 'GET', path: '/models/:strategy/:version', answer: 'ModelDetails' },
  deleteModel: { method: 'DELETE', path: '/models/:strategy/:version', answer: 'DeleteModelResponse' },
  getModelDecisions: {
    method: 'GET',
    path: '/models/:strategy/:version/decisions',
    query: 'ModelDecisionsQuery',
    answer: 'ModelDecisions',
  },
  getModelFile: { method: 'GET', path: '/models/:strategy/:version/files/:name', answer: 'bytes' },
  predict: {
    method: 'POST',
    path: '/models/:strategy/:version/predict',
    body: 'PredictRequest',
    answer: 'PredictResponse',
  },
  startBacktest: {
    method: 'POST',
    path: '/models/:strategy/:version/backtest',
    body: 'StartBacktestRequest',
    answer: 'OperationStarted',
  },
  // strategies
  listStrategies: { method: 'GET', path: '/strategies', answer: 'StrategyList' },
  getStrategySchema: { method: 'GET', path: '/strategies/schema', answer: 'StrategySchema' },
  getStrategy: { method: 'GET', path: '/strategies/:name', answer: 'StrategyFile' },
  saveStrategy: {
    method: 'PUT',
    path: '/strategies/:name',
    body: 'SaveStrategyRequest',
    answer: 'SavedStrategy',
  },
  deleteStrategy: {
    method: 'DELETE',
    path: '/strategies/:name',
    query: 'DeleteStrategyQuery',
    answer: 'DeletedStrategy',
  },
  validateStrategy: {
    method: 'POST',
    path: '/strategies/validate',
    body: 'ValidateStrategyRequest',
    answer: 'ValidateStrategyResponse',
  },
  migrateStrategy: {
    method: 'POST',
    path: '/strategies/migrate',
    body: 'ValidateStrategyRequest',
    answer: 'MigrateStrategyResponse',
  },
  // trainings
  estimateTraining: {
    method: 'POST',
    path: '/trainings/estimate',
    body: 'StartTrainingRequest',
    answer: 'EstimateTrainingResponse',
  },
  startTraining: {
    method: 'POST',
    path: '/trainings/start',
    body: 'StartTrainingRequest',
    answer: 'OperationStarted',
  },
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof ROUTES;
type RouteOf<Name extends RouteName> = (typeof ROUTES)[Name];

/** Names of the parameters in a path. */
type ParametersOf<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParametersOf<`/${Rest}`>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never;

/** What the API answers. */
export type AnswerOf<Name extends RouteName> = RouteOf<Name>['answer'] extends infer Type extends TypeName
  ? WireTypes[Type]
  : null;

/** Routes whose bodies and answers are JSON. */
export type JsonRouteName = {
  [Name in RouteName]: RouteOf<Name> extends { body: 'bytes' } | { answer: 'bytes' } ? never : Name;
}[RouteName];

type Parameters<Name extends RouteName> = [ParametersOf<RouteOf<Name>['path']>] extends [never]
  ? object
  : { params: Record<ParametersOf<RouteOf<Name>['path']>, string> };
type Query<Name extends RouteName> =
  RouteOf<Name> extends { query: infer Type extends TypeName }
    ? object extends WireTypes[Type]
      ? { query?: WireTypes[Type] }
      : { query: WireTypes[Type] }
    : object;
type Body<Name extends RouteName> =
  RouteOf<Name> extends { body: infer Type extends TypeName }
    ? object extends WireTypes[Type]
      ? { body?: WireTypes[Type] }
      : { body: WireTypes[Type] }
    : object;

/** What the address of a request needs. */
export type AddressInputOf<Name extends RouteName> = Parameters<Name> & Query<Name>;

/** What a request needs: its path's parameters, its query and its body, as far as the route has them. */
export type InputOf<Name extends RouteName> = AddressInputOf<Name> & Body<Name>;
