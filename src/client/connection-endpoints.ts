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
import { all, answers, nothing, takes } from './endpoint.ts'

/** CRMs and books, and the records that payments belong to. */
export const connectionEndpoints = {
  listAdapters: answers(all(AdapterResource)),
  createConnection: takes(NewConnection, ConnectionResource),
  listConnections: answers(all(ConnectionResource)),
  getConnection: answers(ConnectionResource),
  editConnection: takes(ConnectionEdit, ConnectionResource),
  removeConnection: answers(z.null()),
  connect: takes(nothing, Connecting),
  disableConnection: takes(nothing, ConnectionResource),
  previewConnection: takes(PreviewOrder, Preview),
  listRecordsOfPayment: answers(all(RecordLinkResource)),
  nameRecord: takes(RecordName, RecordLinkResource),
  listPaymentsOfRecord: answers(all(PaymentResource)),
  refundByRecord: takes(RecordRefund, OperationResource),
  voidByRecord: takes(RecordOrder, OperationResource),
  createPanelLink: takes(PanelOrder, PanelLink),
} as const
