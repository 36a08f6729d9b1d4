import type { LegListener, LegStream } from '../../../src/bridge/leg-stream.ts'
import type { LegEnd } from '../../../src/contracts/bridge-port.ts'

/** A party's connection that keeps what is played to it. */
export class FakeStream implements LegStream {
  readonly streamSid: string
  readonly law = 'mulaw'
  maskable = true
  keyDown = false
  readonly heard: Buffer[] = []
  cleared = 0
  closedFor: LegEnd | undefined
  listener: LegListener | undefined

  constructor(streamSid: string) {
    this.streamSid = streamSid
  }

  sendMedia(octets: Uint8Array): void {
    this.heard.push(Buffer.from(octets))
  }

  sendMark(): void {}

  clear(): void {
    this.cleared++
  }

  close(why: LegEnd): void {
    if (this.closedFor) return
    this.closedFor = why
    this.listener?.ended(why)
  }
}
