/** Where the desk's requests go, by the names of the typed client (`src/client/`), with whose table a test compares them. */
export const routes = {
  createPayment: '/v1/payments',
  listPayments: '/v1/payments',
  getPayment: '/v1/payments/{id}',
  arm: '/v1/payments/{id}/arm',
  clearField: '/v1/payments/{id}/clear-field',
  useAnotherCard: '/v1/payments/{id}/another-card',
  extend: '/v1/payments/{id}/extend',
  confirm: '/v1/payments/{id}/confirm',
  cancel: '/v1/payments/{id}/cancel',
  capture: '/v1/payments/{id}/capture',
  void: '/v1/payments/{id}/void',
  refund: '/v1/payments/{id}/refunds',
} as const

export type RouteName = keyof typeof routes

/** The path with the payment's id in it. */
export function pathTo(name: RouteName, id: string): string {
  return routes[name].replace('{id}', encodeURIComponent(id))
}
