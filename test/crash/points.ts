import { OperationKind } from '../../src/contracts/operations.ts'

/**
 * Where control is killed, between "create" and "receipt delivered", and in a capture, void or refund. Two kinds: after a statement of a transaction
 * (the process kills itself, so that the moment is exact), and when another process hears of something.
 */
export type Point = {
  readonly name: string
  /** The order of the run before which the kill is armed. */
  readonly from: 'create' | 'arm' | 'key' | 'order'
  /** The payment is approved by a well gateway, and this is ordered; the run's gateway is the one that it meets. */
  readonly operation?: OperationKind
} & ({ readonly after: readonly string[] } | { readonly when: PeerMoment })

export type PeerMoment =
  | 'mask'
  | 'open-collection'
  | 'route-digits'
  | 'collecting'
  | 'keyed'
  | 'send'
  | 'committed'
  | 'answered'
  | 'discard'
  | 'unmask'
  | 'told'
  /** The gateway's books have the operation. */
  | 'booked'

const attempt = ['insert into "attempts"', 'commit']
const settled = [...attempt, 'update "payments"']
const delivered = [...settled, 'commit', 'update "outbox"', 'commit', 'insert into "webhook_deliveries"']

const ofPayment: readonly Point[] = [
  { name: 'create: key claimed', from: 'create', after: ['insert into "idempotency_keys"'] },
  { name: 'create: payment written', from: 'create', after: ['insert into "payments"'] },
  {
    name: 'create: outbox written',
    from: 'create',
    after: ['insert into "payments"', 'insert into "outbox"'],
  },
  { name: 'create: committed', from: 'create', after: ['insert into "payments"', 'commit'] },
  {
    name: 'create: answer kept',
    from: 'create',
    after: ['insert into "payments"', 'commit', 'update "idempotency_keys"'],
  },
  { name: 'arm: payment written', from: 'arm', after: ['update "payments"'] },
  { name: 'arm: committed', from: 'arm', after: ['update "payments"', 'commit'] },
  { name: 'arm: the bridge is asked to mask', from: 'arm', when: 'mask' },
  { name: 'arm: the vault is asked to open', from: 'arm', when: 'open-collection' },
  { name: 'arm: the digits are routed', from: 'arm', when: 'route-digits' },
  { name: 'collecting', from: 'arm', when: 'collecting' },
  { name: 'keyed', from: 'key', when: 'keyed' },
  { name: 'authorise: attempt written', from: 'key', after: ['insert into "attempts"'] },
  { name: 'authorise: attempt committed', from: 'key', after: attempt },
  { name: 'authorise: the card is on its way', from: 'key', when: 'send' },
  { name: 'authorise: the gateway has committed', from: 'key', when: 'committed' },
  { name: 'authorise: the answer is on its way', from: 'key', when: 'answered' },
  { name: 'settle: receipt queued', from: 'key', after: [...attempt, 'insert into "outbox"'] },
  { name: 'settle: payment written', from: 'key', after: settled },
  { name: 'settle: attempt written', from: 'key', after: [...attempt, 'update "attempts"'] },
  { name: 'settle: committed', from: 'key', after: [...settled, 'commit'] },
  {
    name: 'inquire: counted',
    from: 'key',
    after: [...attempt, 'update "attempts"', 'commit', 'update "attempts"'],
  },
  {
    name: 'inquire: counted twice',
    from: 'key',
    after: [
      ...[...attempt, 'update "attempts"', 'commit', 'update "attempts"'],
      ...['update "attempts"', 'update "attempts"'],
    ],
  },
  { name: 'the card is discarded', from: 'key', when: 'discard' },
  { name: 'the line is opened', from: 'key', when: 'unmask' },
  {
    name: 'relay: receipt taken',
    from: 'key',
    after: [...settled, 'commit', 'update "outbox"', 'commit'],
  },
  { name: 'relay: the merchant has the receipt', from: 'key', when: 'told' },
  { name: 'relay: delivery written', from: 'key', after: delivered },
  { name: 'relay: delivery committed', from: 'key', after: [...delivered, 'commit'] },
]

const ordered = ['insert into "operations"', 'commit']
const told = [...ordered, 'insert into "outbox"']

const ofOperation = (operation: OperationKind): readonly Point[] => {
  const at = { from: 'order', operation } as const
  const after = [...ordered, 'update "operations"', 'commit']
  return [
    { ...at, name: `${operation}: key claimed`, after: ['insert into "idempotency_keys"'] },
    { ...at, name: `${operation}: written`, after: ['insert into "operations"'] },
    { ...at, name: `${operation}: committed`, after: ordered },
    { ...at, name: `${operation}: the gateway has it in its books`, when: 'booked' },
    { ...at, name: `${operation}: event queued`, after: told },
    { ...at, name: `${operation}: payment written`, after: [...told, 'update "payments"'] },
    { ...at, name: `${operation}: outcome committed`, after },
    { ...at, name: `${operation}: answer kept`, after: [...after, 'update "idempotency_keys"'] },
    { ...at, name: `${operation}: followed up`, after: [...after, 'update "operations"'] },
    { ...at, name: `${operation}: the merchant has heard`, when: 'told' },
  ]
}

export const points: readonly Point[] = [...ofPayment, ...OperationKind.options.flatMap(ofOperation)]
