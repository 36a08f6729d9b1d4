import { chooseConnections } from '../connections/choose-connections.ts'
import { chooseReceipts } from '../receipts/receipt-store.ts'
import { chooseEndpoints } from './endpoint-store.ts'
import type { ChooseTargets } from './target.ts'

/** Every kind of target that events are written to the outbox for. */
export const targetChoices: readonly ChooseTargets[] = [chooseEndpoints, chooseReceipts, chooseConnections]
