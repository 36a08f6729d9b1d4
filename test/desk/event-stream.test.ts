import { describe, expect, it } from 'vitest'
import { EventStream, type Source } from '../../src/desk/event-stream.ts'
import { ManualClock, settle } from '../support/manual-clock.ts'

/** EventSource as a browser drives it, driven by the test. */
class ScriptedSource implements Source {
  readyState = 0
  readonly #target = new EventTarget()
  addEventListener(type: string, listener: (event: Event) => void): void {
    this.#target.addEventListener(type, listener)
  }
  close(): void {
    this.readyState = 2
  }
  open(): void {
    this.readyState = 1
    this.#target.dispatchEvent(new Event('open'))
  }
  fail(readyState: 0 | 2): void {
    this.readyState = readyState
    this.#target.dispatchEvent(new Event('error'))
  }
  send(type: string, data: unknown): void {
    this.#target.dispatchEvent(new MessageEvent(type, { data: JSON.stringify(data) }))
  }
}

function play(next: 'again' | 'stop' = 'again') {
  const sources: ScriptedSource[] = []
  const heard: string[] = []
  const clock = new ManualClock()
  const stream = new EventStream({
    open: () => {
      const source = new ScriptedSource()
      sources.push(source)
      return source
    },
    listener: {
      onEvent: (event) => heard.push(event.type),
      onOpen: (again) => heard.push(again ? 'open-again' : 'open'),
      onLost: () => heard.push('lost'),
      onRefused: async () => {
        heard.push('refused')
        return next
      },
    },
    after: (delayMs, task) => void clock.after(delayMs, task),
    random: () => 0.5,
  })
  return { stream, sources, heard, clock }
}

describe("the desk's event stream", () => {
  it('says when it is lost, and lets the browser come back with Last-Event-ID by itself', () => {
    const { sources, heard } = play()
    sources[0]!.open()
    sources[0]!.send('reset', { type: 'reset' })
    sources[0]!.fail(0)
    sources[0]!.open()
    expect(heard).toEqual(['open', 'reset', 'lost', 'open-again'])
    expect(sources).toHaveLength(1)
  })

  it('opens anew, with backoff, after the server refused it, when the session still holds', async () => {
    const { sources, heard, clock } = play()
    sources[0]!.fail(2)
    await clock.turn(374)
    expect(heard).toEqual(['lost'])
    await clock.turn(1)
    expect(heard).toEqual(['lost', 'refused'])
    sources[1]!.fail(2)
    await clock.turn(749)
    expect(sources).toHaveLength(2)
    await clock.turn(1)
    expect(sources).toHaveLength(3)
  })

  it('ends when the session has ended', async () => {
    const { sources, clock } = play('stop')
    sources[0]!.fail(2)
    await clock.turn(10_000)
    expect(sources).toHaveLength(1)
  })

  it('begins anew a second after it was doubted, and hears nothing of the old one', async () => {
    const { stream, sources, heard, clock } = play()
    sources[0]!.open()
    stream.reopen()
    sources[0]!.send('reset', { type: 'reset' })
    expect(sources[0]!.readyState).toBe(2)
    await clock.turn(1_000)
    expect(sources).toHaveLength(2)
    sources[0]!.send('reset', { type: 'reset' })
    sources[1]!.open()
    expect(heard.filter((word) => word !== 'reset')).toEqual(['open', 'lost', 'open-again'])
  })

  it('stays shut after it was stopped', async () => {
    const { stream, sources, clock } = play()
    stream.reopen()
    stream.stop()
    await clock.turn(10_000)
    await settle()
    expect(sources).toHaveLength(1)
  })
})
