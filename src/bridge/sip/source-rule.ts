import type { Source } from './media-socket/media-socket.ts'

/** Whose packets a media port believes. */
export type SourceRule =
  /** The address of the session description, from whatever port: a phone behind a NAT that keeps its address. */
  | 'address'
  /** Address and port of the session description exactly. */
  | 'strict'
  /** Whoever comes first after a description: for phones behind a NAT whose address the description does not tell. */
  | 'first'

/** True when a packet may open the way: later ones have to come from the same source in any case. */
export function mayBegin(
  rule: SourceRule,
  from: Source,
  { described, alsoFrom }: { readonly described: Source; readonly alsoFrom: string | undefined },
): boolean {
  switch (rule) {
    case 'first':
      return true
    case 'address':
      return from.address === described.address || from.address === alsoFrom
    case 'strict':
      return from.address === described.address && from.port === described.port
  }
}
