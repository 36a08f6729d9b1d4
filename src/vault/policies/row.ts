import type { GatewayCall, Slot } from '../../contracts/gateway-call.ts'

/** Where a slot may stand in the body of one operation. The path's segments are joined by dots. */
export type Places = Readonly<Partial<Record<Slot, string>>>

/** What one operation of a connector may look like when a card is filled in. */
export type Row = {
  readonly method: GatewayCall['method']
  /** Anchored at both ends; a query is part of the path, so no pattern lets one through by accident. */
  readonly path: RegExp
  readonly encoding: 'json' | 'form'
  readonly places: Places
  /** Names, in lower case, of the headers that may be computed over the filled body. */
  readonly computedHeaders?: readonly string[]
}

/** By operation. */
export type Rows = ReadonlyMap<string, Row>
