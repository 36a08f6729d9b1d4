import type { Checkpoint, Connector, GatewayAccount, Move } from '../../connectors/connector.ts'
import type { Outcome } from '../../connectors/outcome.ts'
import type { GatewayCall, GatewayReply } from '../../contracts/gateway-call.ts'

/** More calls than any gateway needs for one operation: a connector that goes round in circles. */
const mostCalls = 8

/** Whether a call has the card in it, and whether it is the last that has. */
export type CardUse = 'none' | 'once-more' | 'last'

export type Conversation = {
  readonly connector: Connector
  readonly account: GatewayAccount
  readonly open: () => Move
  readonly send: (call: GatewayCall, card: CardUse) => Promise<GatewayReply>
  /** As soon as a reply has made certain that the card will not be needed again. */
  readonly onCardSpent?: () => void
  /** Stores what the connector needs on the disk before its next call leaves. */
  readonly onCheckpoint?: (checkpoint: Checkpoint) => Promise<void>
}

/**
 * Talks with a gateway until there is an outcome; never throws. What goes wrong before the first byte is `not-sent`;
 * a connector that stumbles over a reply leaves it `unknown`.
 */
export async function converse(conversation: Conversation): Promise<Outcome> {
  const { connector, account, open, send, onCardSpent, onCheckpoint } = conversation
  let move: Move
  try {
    move = open()
  } catch {
    return { kind: 'not-sent', because: 'connector-failed' }
  }
  for (let calls = 0; move.do === 'call'; calls++) {
    if (calls === mostCalls) return { kind: 'unknown', because: 'too many calls' }
    const { call, carriesCard, cardAgain, checkpoint, state }: Extract<Move, { do: 'call' }> = move
    try {
      if (checkpoint) await onCheckpoint?.(checkpoint)
    } catch {
      // Checkpoints come before the first call that moves money: nothing was charged, and nothing will be.
      return { kind: 'not-sent', because: 'store-failed' }
    }
    const reply = await send(call, carriesCard ? (cardAgain ? 'once-more' : 'last') : 'none')
    try {
      move = connector.next(state, reply, account)
    } catch {
      move = { do: 'end', outcome: { kind: 'unknown', because: 'connector failed' } }
    }
    if (carriesCard && isSpent(move)) onCardSpent?.()
  }
  return move.outcome
}

/** A call that was certainly not sent may be repeated with the card: it is kept a moment longer. */
function isSpent(move: Move): boolean {
  return move.do === 'call' ? !move.carriesCard : move.outcome.kind !== 'not-sent'
}
