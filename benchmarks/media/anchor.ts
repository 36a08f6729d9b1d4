import type { Bencoded } from '../tones/rtpengine/bencode.ts'

export type Asking = Readonly<Record<string, Bencoded>>

/** What anchors media and is asked by the NG protocol: ours, or rtpengine. */
export type Anchor = {
  readonly name: string
  readonly pid: number
  readonly ports: { readonly min: number; readonly max: number }
  /** What the offer has to say besides, for packets to be looked into or not. */
  readonly flagsOf: { readonly relay: readonly string[]; readonly mask: readonly string[] }
  /** What `block DTMF` has to say besides, so that tones are masked. */
  readonly blocking: Asking
  ask(request: Asking): Promise<Readonly<Record<string, unknown>>>
  stop(): void | Promise<void>
}
