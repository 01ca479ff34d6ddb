import type { WireTypes } from '@ktrdr/contracts';

/** Name of a wire type. */
type TypeName = keyof WireTypes;

/** One route of the API. `test/routes.test.ts` compares every route with the OpenAPI document. */
interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `:name` is a parameter. */
  path: `/${string}`;
  query?: TypeName;
  body?: TypeName;
  answer: TypeName;
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
export type AnswerOf<Name extends RouteName> = WireTypes[RouteOf<Name>['answer']];

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

/** What a request needs: its path's parameters, its query and its body, as far as the route has them. */
export type InputOf<Name extends RouteName> = Parameters<Name> & Query<Name> & Body<Name>;
