import type { WireFields } from '../wire-fields.ts'

/** The models of CyberSource's own client, field by field. */
const model = (name: string) =>
  `https://github.com/CyberSource/cybersource-rest-client-node/blob/master/docs/${name}.md`

const name = `
      clientReferenceInformation.code
      clientReferenceInformation.transactionId`
const reversalFields = `${name}
      reversalInformation.amountDetails.totalAmount
      reversalInformation.amountDetails.currency`
const amountFields = `${name}
      orderInformation.amountDetails.totalAmount
      orderInformation.amountDetails.currency`

export const cybersourceWireFields: WireFields = [
  {
    call: 'POST /pts/v2/payments',
    page: model('CreatePaymentRequest'),
    fields: `${amountFields}
      orderInformation.billTo.postalCode
      processingInformation.capture
      processingInformation.commerceIndicator = MOTO | internet | recurring | install
      processingInformation.authorizationOptions.initiator.type = customer | merchant
      processingInformation.authorizationOptions.initiator.credentialStoredOnFile
      processingInformation.authorizationOptions.initiator.storedCredentialUsed
      processingInformation.authorizationOptions.initiator.merchantInitiatedTransaction.previousTransactionId
      processingInformation.actionList.# = TOKEN_CREATE
      processingInformation.actionTokenTypes.# = customer | paymentInstrument | instrumentIdentifier | shippingAddress
      paymentInformation.card.number
      paymentInformation.card.expirationMonth
      paymentInformation.card.expirationYear
      paymentInformation.card.securityCode
      paymentInformation.paymentInstrument.id
      merchantDefinedInformation.#.key
      merchantDefinedInformation.#.value`,
  },
  { call: 'POST /pts/v2/payments/{}/captures', page: model('CapturePaymentRequest'), fields: amountFields },
  { call: 'POST /pts/v2/payments/{}/refunds', page: model('RefundPaymentRequest'), fields: amountFields },
  { call: 'POST /pts/v2/payments/{}/reversals', page: model('AuthReversalRequest'), fields: reversalFields },
  { call: 'POST /pts/v2/reversals', page: model('MitReversalRequest'), fields: reversalFields },
  { call: 'GET /tss/v2/transactions/{}', page: model('TransactionDetailsApi'), fields: '' },
  {
    call: 'POST /tss/v2/searches',
    page: model('CreateSearchRequest'),
    fields: `
      save
      query
      offset
      limit
      sort`,
  },
  {
    call: 'GET /reporting/v3/purchase-refund-details',
    page: model('PurchaseAndRefundDetailsApi'),
    fields: `
      ?startTime
      ?endTime
      ?organizationId
      ?viewBy = requestDate | submissionDate
      ?offset
      ?limit`,
  },
  {
    call: 'DELETE /tms/v2/customers/{}/payment-instruments/{}',
    page: model('CustomerPaymentInstrumentApi'),
    fields: '',
  },
  { call: 'DELETE /tms/v1/paymentinstruments/{}', page: model('PaymentInstrumentApi'), fields: '' },
]
