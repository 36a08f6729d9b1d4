/** Where requests about results go, by the names of the typed client, with whose table a test compares them. */
export const resultRoutes = {
  listReceipts: '/v1/payments/{id}/receipts',
  orderReceipt: '/v1/payments/{id}/receipts',
  listDeliveries: '/v1/deliveries',
  listDeliveryAttempts: '/v1/deliveries/{id}/attempts',
  replayDelivery: '/v1/deliveries/{id}/replay',
  listWebhookEndpoints: '/v1/webhook-endpoints',
  createWebhookEndpoint: '/v1/webhook-endpoints',
  removeWebhookEndpoint: '/v1/webhook-endpoints/{id}',
  rotateWebhookSecret: '/v1/webhook-endpoints/{id}/rotate-secret',
  enableWebhookEndpoint: '/v1/webhook-endpoints/{id}/enable',
  disableWebhookEndpoint: '/v1/webhook-endpoints/{id}/disable',
  testWebhookEndpoint: '/v1/webhook-endpoints/{id}/test',
  getReceiptSettings: '/v1/receipts/settings',
  setReceiptSettings: '/v1/receipts/settings',
  listReceiptTemplates: '/v1/receipts/templates',
  writeReceiptTemplate: '/v1/receipts/templates',
  previewReceipt: '/v1/receipts/preview',
} as const

export type ResultRoute = keyof typeof resultRoutes
