import { describe, expect, it } from 'vitest'
import { type Line, performTwiml } from '../../../src/simulator/carrier/perform-twiml.ts'

const first = { url: 'https://pay.example.com/voice', method: 'POST' } as const
const stream = (rest = '') => `<Connect${rest}><Stream url="wss://pay.example.com/s"/></Connect>`

/** A line that writes down what happens to it; `documents` are what webhooks answer, by path. */
function line(documents: Record<string, string>, hooks: Partial<Line> = {}) {
  const story: string[] = []
  const recorded: Line = {
    ask: async ({ url, method }) => {
      const path = new URL(url).pathname
      story.push(`${method} ${path}`)
      return `<Response>${documents[path] ?? ''}</Response>`
    },
    answer: () => void story.push('answer'),
    stream: async () => void story.push('stream'),
    wait: async (ms) => void story.push(`wait ${ms}`),
    ...hooks,
  }
  return { story, line: recorded }
}

async function perform(
  documents: Record<string, string>,
  hooks?: Partial<Line>,
  signal = new AbortController().signal,
) {
  const { story, line: recorded } = line(documents, hooks)
  return { performed: await performTwiml(first, recorded, signal), story }
}

describe('a call that performs TwiML', () => {
  it('hangs up when no verb is left', async () => {
    const { performed, story } = await perform({ '/voice': '<Pause length="3"/>' })
    expect(performed).toEqual({ ended: 'hung-up' })
    expect(story).toEqual(['POST /voice', 'wait 3000', 'answer'])
  })

  it('answers, streams, and goes on with what follows when the stream has ended', async () => {
    const again = `${stream()}<Redirect>/again</Redirect>`
    const { story } = await perform({ '/voice': again, '/again': '<Hangup/>' })
    expect(story).toEqual(['POST /voice', 'answer', 'stream', 'POST /again', 'answer'])
  })

  it("asks Connect's action instead of performing what follows", async () => {
    const { story } = await perform({ '/voice': `${stream(' action="/after" method="GET"')}<Say>no</Say>` })
    expect(story).toContain('GET /after')
    expect(story.some((event) => event.startsWith('wait'))).toBe(false)
  })

  it('rejects without answering, but only as the first thing it does', async () => {
    const rejected = await perform({ '/voice': '<Reject reason="busy"/>' })
    expect(rejected).toEqual({ performed: { ended: 'rejected', reason: 'busy' }, story: ['POST /voice'] })
    const late = await perform({ '/voice': '<Say>hello</Say><Reject/>' })
    expect(late.performed).toEqual({ ended: 'hung-up' })
  })

  it('stops where it is when the call ends or goes elsewhere', async () => {
    const program = new AbortController()
    const { performed, story } = await perform(
      { '/voice': `${stream()}<Redirect>/again</Redirect>` },
      { stream: async () => program.abort() },
      program.signal,
    )
    expect(performed).toBeUndefined()
    expect(story).not.toContain('POST /again')
  })

  it('ends a call that is sent in circles', async () => {
    await expect(perform({ '/voice': '<Redirect>/voice</Redirect>' })).rejects.toMatchObject({
      code: 'SIMULATOR_TWIML_REFUSED',
    })
  })
})
