import twilio from 'twilio'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { settle } from '../../support/manual-clock.ts'
import {
  type Harness,
  harness,
  liveCall,
  ours,
  publicUrl,
  servedNumber,
  sign,
  webhook,
} from '../http/control-harness.ts'

let control: Harness
beforeEach(async () => {
  control = await harness()
})
afterEach(() => control.close())

const base = '/v1/telephony/twilio'
const ring = (sid = 'CAcaller') =>
  webhook(control, `${base}/voice`, {
    CallSid: sid,
    From: '+441632960099',
    To: ours.number,
    CallStatus: 'ringing',
  })
const resume = (callId: string, role: 'caller' | 'agent', sid: string) =>
  webhook(control, `${base}/resume?callId=${callId}&role=${role}`, { CallSid: sid })
const answer = (callId: string, sid = 'CAagent0') =>
  webhook(control, `${base}/agent?callId=${callId}`, { CallSid: sid })
const status = (sid: string, CallStatus: string, callId?: string) =>
  webhook(control, `${base}/status${callId ? `?callId=${callId}` : ''}`, { CallSid: sid, CallStatus })
const theCall = () => control.calls.current(ours.id)[0]
const callIdOf = () => theCall()?.id ?? 'no call'

/** The parts of the TwiML that matter, in order. */
function verbs(twiml: string): string[] {
  return [...twiml.matchAll(/<(Connect|Stream|Redirect|Hangup|Reject|Pause|Say)\b/g)].map(
    (match) => match[1] ?? '',
  )
}
const parameter = (twiml: string, name: string) =>
  new RegExp(`<Parameter name="${name}" value="([^"]*)"`).exec(twiml)?.[1]

describe('a caller who rings', () => {
  it('is streamed to the bridge with a token that the bridge was told, and the agent is dialled', async () => {
    const { body, headers, statusCode } = await ring()
    expect(statusCode).toBe(200)
    expect(headers['content-type']).toContain('text/xml')
    expect(verbs(body)).toEqual(['Connect', 'Stream', 'Redirect'])
    expect(body).toContain('<Stream url="wss://pay.test/streams/twilio">')
    const callId = callIdOf()
    expect(parameter(body, 'callId')).toBe(callId)
    const streamToken = parameter(body, 'token')
    expect(streamToken).toMatch(/^[\w-]{43}$/)
    expect(control.bridge.requests('expect-leg')).toEqual([
      { callId, role: 'caller', streamToken, masked: false },
    ])
    expect(body).toContain(`${publicUrl}${base}/resume?callId=${callId}&amp;role=caller`)
    expect(control.rest.dialled).toMatchObject([
      {
        to: 'client:agent',
        from: ours.number,
        url: expect.stringContaining(`${base}/agent?callId=${callId}`),
      },
    ])
    expect(theCall()).toMatchObject({ status: 'ringing', from: '+441632960099', to: ours.number })
  })

  it('brings what was said of it: in our address, by a client that calls, in headers of SIP; no card number', async () => {
    const url = `${base}/voice?meta_crmRecord=Case%3A500`
    const told = {
      'SipHeader_X-Tonewall-Meta-invoice': 'INV-7',
      meta_note: 'x',
      meta_card: '4242 4242 4242 4242',
    }
    const parameters = {
      CallSid: 'CAtold',
      From: '+441632960099',
      To: ours.number,
      other: 'not ours',
      ...told,
    }
    expect((await webhook(control, url, parameters)).statusCode).toBe(200)
    expect(theCall()?.metadata).toEqual({ crmRecord: 'Case:500', invoice: 'INV-7', note: 'x' })
    const again = await control.restart()
    control = again
    expect(theCall()?.metadata).toEqual({ crmRecord: 'Case:500', invoice: 'INV-7', note: 'x' })
  })

  it('is live with the agent once both streams have joined', async () => {
    await ring()
    const callId = callIdOf()
    const { body } = await answer(callId)
    expect(verbs(body)).toEqual(['Connect', 'Stream', 'Redirect'])
    control.bridge.say({ type: 'leg-joined', callId, role: 'caller', streamSid: 'MZ1', masked: false })
    control.bridge.say({ type: 'leg-joined', callId, role: 'agent', streamSid: 'MZ2', masked: false })
    expect(theCall()?.status).toBe('live')
  })

  it('makes one call and one dialling, however often and at once the webhook is delivered', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => ring()))
    await ring()
    for (const { body } of answers) expect(parameter(body, 'callId')).toBe(callIdOf())
    expect(control.calls.current(ours.id)).toHaveLength(1)
    expect(control.rest.dialled).toHaveLength(1)
  })

  it('of a live call, delivered again, cannot bring the caller up unmasked', async () => {
    await liveCall(control)
    await ring()
    expect(control.bridge.requests('expect-leg').at(-1)).toMatchObject({ masked: true })
  })

  it('at a number that is not ours is rejected', async () => {
    const { body } = await webhook(control, `${base}/voice`, {
      CallSid: 'CA1',
      From: '+4416',
      To: '+19005550100',
    })
    expect(verbs(body)).toEqual(['Reject'])
  })

  it('is let go when the agent cannot be dialled', async () => {
    control.rest.failure = new Error('refused')
    await ring()
    await settle()
    expect(control.calls.current(ours.id)).toEqual([])
    expect(control.rest.hungUp).toEqual(['CAcaller'])
  })
})

describe('a webhook', () => {
  it.each(['voice', 'agent?callId=x', 'resume?callId=x&role=caller', 'status'])(
    'to /%s counts only with the provider’s signature over this very request',
    async (path) => {
      const url = `${base}/${path}`
      const parameters = { CallSid: 'CA1', From: '+4416', To: ours.number, CallStatus: 'completed' }
      const forged = [
        sign(url, parameters, 'another token'),
        sign(url, { ...parameters, CallSid: 'CA2' }),
        sign(`${url}x`, parameters),
        '',
      ]
      for (const signature of forged) {
        const refused = await webhook(control, url, parameters, signature)
        expect(refused.statusCode).toBe(403)
        expect(refused.json().code).toBe('WEBHOOK_SIGNATURE_INVALID')
      }
      expect(control.calls.current(ours.id)).toEqual([])
      expect((await webhook(control, url, parameters)).statusCode).toBeLessThan(300)
    },
  )

  it('is signed as the provider’s own package signs', () => {
    const parameters = { CallSid: 'CA1', To: '+4416', From: 'x y' }
    const url = `${base}/voice`
    const expected = twilio.validateRequest('t', sign(url, parameters, 't'), `${publicUrl}${url}`, parameters)
    expect(expected).toBe(true)
  })
})

describe('a stream that ends while its party is on the line', () => {
  it('is opened again with another token, masked', async () => {
    const callId = await liveCall(control)
    const first = control.bridge.requests('expect-leg')[0]
    const { body } = await resume(callId, 'caller', 'CAcaller')
    expect(verbs(body)).toEqual(['Connect', 'Stream', 'Redirect'])
    const again = control.bridge.requests('expect-leg').at(-1)
    expect(again).toMatchObject({ callId, role: 'caller', masked: true })
    expect(again?.streamToken).not.toBe(first?.streamToken)
    expect(control.rest.dialled).toHaveLength(1)
  })

  it('waits while the bridge is away: words once, then silence, then the stream', async () => {
    const callId = await liveCall(control)
    control.bridge.goAway()
    expect(verbs((await resume(callId, 'caller', 'CAcaller')).body)).toEqual(['Say', 'Pause', 'Redirect'])
    for (let i = 0; i < 20; i++) {
      await control.clock.turn(2_000)
      expect(verbs((await resume(callId, 'caller', 'CAcaller')).body)).toEqual(['Pause', 'Redirect'])
    }
    control.bridge.comeBack()
    expect(verbs((await resume(callId, 'caller', 'CAcaller')).body)).toEqual([
      'Connect',
      'Stream',
      'Redirect',
    ])
  })

  it('waits no longer than a minute', async () => {
    const callId = await liveCall(control)
    control.bridge.goAway()
    await resume(callId, 'caller', 'CAcaller')
    await control.clock.turn(60_000)
    expect(verbs((await resume(callId, 'caller', 'CAcaller')).body)).toEqual(['Say', 'Hangup'])
    expect(control.payments.ended).toEqual([callId])
    expect(control.rest.hungUp).toContain('CAagent0')
  })

  it('is not opened again and again without end', async () => {
    const callId = await liveCall(control)
    let opened = 0
    for (let i = 0; i < 30; i++) {
      const { body } = await resume(callId, 'caller', 'CAcaller')
      if (verbs(body).includes('Stream')) opened += 1
      await control.clock.turn(100)
    }
    expect(opened).toBe(12)
    expect(control.calls.current(ours.id)).toEqual([])
  })

  it('is not opened for a call that has ended, is unknown, or is another party’s', async () => {
    const callId = await liveCall(control)
    expect(verbs((await resume(callId, 'caller', 'CAagent0')).body)).toEqual(['Hangup'])
    expect(verbs((await resume('call_none', 'caller', 'CAcaller')).body)).toEqual(['Hangup'])
    control.calls.end(callId, 'ended-by-request')
    expect(verbs((await resume(callId, 'caller', 'CAcaller')).body)).toEqual(['Hangup'])
    expect(verbs((await ring()).body)).toEqual(['Hangup'])
  })

  it('finds its call after a restart of control, and the agent who was never dialled is dialled then', async () => {
    await ring()
    const callId = callIdOf()
    await control.store.db.updateTable('calls').set({ agent_provider_call_id: null }).execute()
    control = await control.restart()
    const { body } = await resume(callId, 'caller', 'CAcaller')
    expect(verbs(body)).toEqual(['Connect', 'Stream', 'Redirect'])
    expect(control.rest.dialled).toHaveLength(1)
  })

  it('of a bridge that is connected and silent does not keep the provider waiting', async () => {
    const callId = await liveCall(control)
    control.bridge.silent = true
    const waiting = resume(callId, 'caller', 'CAcaller')
    await expect.poll(() => control.bridge.requests('expect-leg').length).toBe(2)
    await control.clock.turn(3_000)
    expect(verbs((await waiting).body)).toEqual(['Say', 'Pause', 'Redirect'])
  })
})

describe('a caller without an agent, with control restarted while one is called', () => {
  let callId: string
  beforeEach(async () => {
    await webhook(control, `${base}/voice`, {
      CallSid: 'CAalone',
      From: '+441632960099',
      To: servedNumber,
      CallStatus: 'ringing',
    })
    callId = callIdOf()
    const joined = { type: 'leg-joined', callId, role: 'caller', streamSid: 'MZ1', masked: false } as const
    control.bridge.say(joined)
    await control.twilioCalls.callAgent(callId, 'client:agent')
    expect(control.rest.dialled).toHaveLength(1)
    control = await control.restart()
    control.bridge.say(joined)
    expect(theCall()).toMatchObject({ status: 'live', agent: 'left' })
  })

  it('stays on the line when that agent does not come, and may ask for one again', async () => {
    await status('CAagent0', 'no-answer', callId)
    expect(theCall()?.status).toBe('live')
    expect(control.rest.hungUp).toEqual([])
    await control.twilioCalls.callAgent(callId, 'client:agent')
    expect(control.rest.dialled).toHaveLength(1)
  })

  it('gets an agent although nobody heard that the one before did not come', async () => {
    control.rest.over.add('CAagent0')
    await control.twilioCalls.callAgent(callId, 'client:agent')
    expect(control.rest.dialled).toHaveLength(1)
  })

  it('is with that agent when they come after all', async () => {
    expect(verbs((await answer(callId, 'CAagent0')).body)).toEqual(['Connect', 'Stream', 'Redirect'])
    control.bridge.say({ type: 'leg-joined', callId, role: 'agent', streamSid: 'MZ2', masked: false })
    expect(theCall()).toMatchObject({ status: 'live', agent: 'joined' })
    await status('CAagent0', 'completed', callId)
    expect(control.rest.hungUp).toEqual(['CAalone'])
  })
})

describe('a status callback', () => {
  it('of the caller ends the call and lets the agent go', async () => {
    const callId = await liveCall(control)
    expect((await status('CAcaller', 'in-progress')).statusCode).toBe(204)
    expect(theCall()?.status).toBe('live')
    await status('CAcaller', 'completed')
    await status('CAcaller', 'completed')
    expect(control.payments.ended).toEqual([callId])
    expect(control.rest.hungUp).toEqual(['CAagent0'])
  })

  it.each(['busy', 'no-answer', 'failed', 'canceled'])(
    'of an agent who is %s lets the caller go',
    async (state) => {
      await ring()
      const callId = callIdOf()
      await status('CAagent0', state, callId)
      expect(control.payments.ended).toEqual([callId])
      expect(control.rest.hungUp).toEqual(['CAcaller'])
      expect(control.calls.live(callId)?.state.because).toBe('agent-unreachable')
    },
  )

  it('of a stranger changes nothing', async () => {
    const callId = await liveCall(control)
    await status('CAstranger', 'completed')
    await status('CAstranger', 'completed', callId)
    expect(theCall()?.status).toBe('live')
    expect(verbs((await answer(callId, 'CAstranger')).body)).toEqual(['Hangup'])
  })
})
