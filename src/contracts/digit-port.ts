/**
 * bridge → card process, over the socket of one collection. The one message in the house that carries a digit.
 * Fixed size and binary, so that a frame can be wiped where it lies and no digit becomes part of a string:
 *
 *     0        1        2        4                 8                                 40        48
 *     +--------+--------+--------+-----------------+---------------------------------+---------+
 *     | 0x54   | digit  | toneMs | seq, uint32 BE  | ticket, 32 bytes                | zero    |
 *     +--------+--------+--------+-----------------+---------------------------------+---------+
 *
 * digit: ASCII `0`…`9`, `*` or `#`. toneMs: length of the tone on the wire, uint16 BE. seq counts up from 0 within a
 * ticket, so that a digit sent twice is kept once. The card process answers each frame with its seq as uint32 BE.
 */
export const digitFrame = {
  bytes: 48,
  mark: 0x54,
  at: { mark: 0, digit: 1, toneMs: 2, seq: 4, ticket: 8 },
  ticketBytes: 32,
  ackBytes: 4,
} as const

/** The twelve keys that a card is keyed with, as ASCII codes. A to D exist on the line, and are never a card's. */
export const digitCodes: ReadonlySet<number> = new Set([...'0123456789*#'].map((key) => key.charCodeAt(0)))
