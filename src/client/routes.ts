/**
 * Where every operation of the API is found, by the names of the client; a test compares it with the OpenAPI document. Data
 * alone, so that a browser needs no schema to ask: the types are those of `endpoints.ts`.
 */
export const routes = {
  logIn: 'POST /v1/sessions',
  currentSession: 'GET /v1/sessions/current',
  logOut: 'DELETE /v1/sessions/current',
  listCalls: 'GET /v1/calls',
  getCall: 'GET /v1/calls/{id}',
  editCall: 'PATCH /v1/calls/{id}',
  listRecordsOfCall: 'GET /v1/calls/{id}/records',
  hangUp: 'POST /v1/calls/{id}/hang-up',
  getAssistance: 'GET /v1/calls/{id}/assistance',
  chooseAssistance: 'POST /v1/calls/{id}/assistance',
  createTransfer: 'POST /v1/transfers',
  createPayment: 'POST /v1/payments',
  listPayments: 'GET /v1/payments',
  getPayment: 'GET /v1/payments/{id}',
  arm: 'POST /v1/payments/{id}/arm',
  clearField: 'POST /v1/payments/{id}/clear-field',
  useAnotherCard: 'POST /v1/payments/{id}/another-card',
  extend: 'POST /v1/payments/{id}/extend',
  confirm: 'POST /v1/payments/{id}/confirm',
  cancel: 'POST /v1/payments/{id}/cancel',
  capture: 'POST /v1/payments/{id}/capture',
  void: 'POST /v1/payments/{id}/void',
  refund: 'POST /v1/payments/{id}/refunds',
  listRefunds: 'GET /v1/payments/{id}/refunds',
  inquire: 'POST /v1/payments/{id}/inquire',
  getStatus: 'GET /v1/status',
  createReconciliation: 'POST /v1/reconciliations',
  listReconciliations: 'GET /v1/reconciliations',
  getReconciliation: 'GET /v1/reconciliations/{id}',
  listDifferences: 'GET /v1/reconciliations/{id}/differences',
  createWebhookEndpoint: 'POST /v1/webhook-endpoints',
  listWebhookEndpoints: 'GET /v1/webhook-endpoints',
  rotateWebhookSecret: 'POST /v1/webhook-endpoints/{id}/rotate-secret',
  enableWebhookEndpoint: 'POST /v1/webhook-endpoints/{id}/enable',
  disableWebhookEndpoint: 'POST /v1/webhook-endpoints/{id}/disable',
  testWebhookEndpoint: 'POST /v1/webhook-endpoints/{id}/test',
  removeWebhookEndpoint: 'DELETE /v1/webhook-endpoints/{id}',
  listAdapters: 'GET /v1/connection-adapters',
  createConnection: 'POST /v1/connections',
  listConnections: 'GET /v1/connections',
  getConnection: 'GET /v1/connections/{id}',
  editConnection: 'PATCH /v1/connections/{id}',
  removeConnection: 'DELETE /v1/connections/{id}',
  connect: 'POST /v1/connections/{id}/connect',
  disableConnection: 'POST /v1/connections/{id}/disable',
  previewConnection: 'POST /v1/connections/{id}/preview',
  listRecordsOfPayment: 'GET /v1/payments/{id}/records',
  nameRecord: 'PUT /v1/payments/{id}/records/{connectionId}',
  listPaymentsOfRecord: 'GET /v1/records/payments',
  refundByRecord: 'POST /v1/records/refunds',
  voidByRecord: 'POST /v1/records/voids',
  createPanelLink: 'POST /v1/records/panel-links',
  listDeliveries: 'GET /v1/deliveries',
  listDeliveryAttempts: 'GET /v1/deliveries/{id}/attempts',
  replayDelivery: 'POST /v1/deliveries/{id}/replay',
  replayDead: 'POST /v1/deliveries/replay-dead',
  orderReceipt: 'POST /v1/payments/{id}/receipts',
  listReceipts: 'GET /v1/payments/{id}/receipts',
  withdrawReceipt: 'POST /v1/payments/{id}/receipts/withdraw',
  getReceiptSettings: 'GET /v1/receipts/settings',
  setReceiptSettings: 'POST /v1/receipts/settings',
  previewReceipt: 'POST /v1/receipts/preview',
  listReceiptTemplates: 'GET /v1/receipts/templates',
  writeReceiptTemplate: 'POST /v1/receipts/templates',
  keepCard: 'POST /v1/payments/{id}/keep-card',
  splitPayment: 'POST /v1/payments/{id}/split',
  createPlan: 'POST /v1/plans',
  listPlans: 'GET /v1/plans',
  getPlan: 'GET /v1/plans/{id}',
  changePlan: 'POST /v1/plans/{id}/change',
  pausePlan: 'POST /v1/plans/{id}/pause',
  resumePlan: 'POST /v1/plans/{id}/resume',
  cancelPlan: 'POST /v1/plans/{id}/cancel',
  sendPayLink: 'POST /v1/payments/{id}/pay-link',
  withdrawPayLink: 'POST /v1/payments/{id}/pay-link/withdraw',
  payWithStoredCard: 'POST /v1/payments/{id}/stored-card',
  listStoredCards: 'GET /v1/stored-cards',
  getStoredCard: 'GET /v1/stored-cards/{id}',
  forgetStoredCard: 'POST /v1/stored-cards/{id}/forget',
} as const

export type EndpointName = keyof typeof routes

export type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With holes, `{id}`, that are filled from the request. */
  readonly path: string
}

export function routeOf(name: EndpointName): Route {
  const [method, path] = routes[name].split(' ') as [Route['method'], string]
  return { method, path }
}
