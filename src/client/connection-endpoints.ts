import { z } from 'zod'
import {
  AdapterResource,
  Connecting,
  ConnectionEdit,
  ConnectionResource,
  NewConnection,
  Preview,
  PreviewOrder,
} from '../contracts/connections.ts'
import { PaymentResource } from '../contracts/desk-port.ts'
import { OperationResource } from '../contracts/operations.ts'
import {
  PanelLink,
  PanelOrder,
  RecordLinkResource,
  RecordName,
  RecordOrder,
  RecordRefund,
} from '../contracts/records.ts'
import { all, get, nothing, post } from './endpoint.ts'

/** CRMs and books, and the records that payments belong to. */
export const connectionEndpoints = {
  listAdapters: get('/v1/connection-adapters', all(AdapterResource)),
  createConnection: post('/v1/connections', NewConnection, ConnectionResource),
  listConnections: get('/v1/connections', all(ConnectionResource)),
  getConnection: get('/v1/connections/{id}', ConnectionResource),
  editConnection: {
    ...post('/v1/connections/{id}', ConnectionEdit, ConnectionResource),
    method: 'PATCH',
  },
  removeConnection: { method: 'DELETE', path: '/v1/connections/{id}', body: z.undefined(), answer: z.null() },
  connect: post('/v1/connections/{id}/connect', nothing, Connecting),
  disableConnection: post('/v1/connections/{id}/disable', nothing, ConnectionResource),
  previewConnection: post('/v1/connections/{id}/preview', PreviewOrder, Preview),
  listRecordsOfPayment: get('/v1/payments/{id}/records', all(RecordLinkResource)),
  nameRecord: {
    ...post('/v1/payments/{id}/records/{connectionId}', RecordName, RecordLinkResource),
    method: 'PUT',
  },
  listPaymentsOfRecord: get('/v1/records/payments', all(PaymentResource)),
  refundByRecord: post('/v1/records/refunds', RecordRefund, OperationResource),
  voidByRecord: post('/v1/records/voids', RecordOrder, OperationResource),
  createPanelLink: post('/v1/records/panel-links', PanelOrder, PanelLink),
} as const
