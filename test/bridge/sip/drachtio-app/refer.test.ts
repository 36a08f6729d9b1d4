import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readReferTo } from '../../../../src/bridge/sip/drachtio-app/refer.ts'
import type { FromApp } from './drachtio-server.ts'
import { House, portIn, sdp, until } from './house.ts'

const replaces = 'one%40pbx%3Bto-tag%3Dt1%3Bfrom-tag%3Df1'
const referTo = `<sip:+441632960000@pbx.example?Replaces=${replaces}>`

describe('a transfer to us by REFER, after a consultation', () => {
  let house: House
  beforeEach(async () => {
    house = await House.open()
  })
  afterEach(() => house.close())

  /** The agent has called the payment number, and hands the caller over. */
  async function consult(headers: Record<string, string> = { 'Refer-To': referTo }) {
    const invite = house.server.request('INVITE', 'sip:8000@x', {
      headers: { From: '<sip:2001@pbx.example>;tag=consult' },
      body: sdp(house.agent),
    })
    const answered = await house.server.answerTo(invite, 200)
    await house.server.answerTo(house.server.request('OPTIONS', 'sip:x'), 200)
    const refer = house.server.within(invite.dialog, 'REFER', { headers: { CSeq: '3 REFER', ...headers } })
    return { invite, refer, answered }
  }
  const fragment = ({ body }: FromApp) => body.trim()

  it('takes the caller’s place in the agent’s call, tells how it went, and calls the agent back', async () => {
    const { invite, refer, answered } = await consult()
    // Nothing of the consultation is anchored, for nothing is to be heard.
    expect(answered.body).toContain('a=inactive')
    await house.server.answerTo(refer, 202)
    expect(fragment(await house.server.next('NOTIFY'))).toBe('SIP/2.0 100 Trying')
    const toCaller = await house.server.next('INVITE')
    expect(toCaller.uri).toBe('sip:+441632960000@pbx.example:5080')
    expect(toCaller.headers).toMatchObject({
      Replaces: 'one@pbx;to-tag=t1;from-tag=f1',
      Require: 'replaces',
    })
    expect(toCaller.body).toBe('')
    house.server.answer(toCaller, 200, { body: sdp(house.caller) })
    const ack = await house.server.next('ACK')
    house.caller.talk({ address: '127.0.0.1', port: portIn(ack.body) })
    expect(fragment(await house.server.next('NOTIFY'))).toBe('SIP/2.0 200 OK')
    await house.server.next('BYE', ({ dialog }) => dialog === invite.dialog)
    const toAgent = await house.server.next('INVITE')
    expect(toAgent.uri).toBe('sip:2001@pbx.example:5080')
    house.server.answer(toAgent, 200, { body: sdp(house.agent) })
    await until('the agent hears the caller', () => house.agent.heard.length > 3)
    const told = house.events.flatMap((event) => (event.type === 'sip-call' ? [event.sip] : []))
    expect(told.at(-1)).toMatchObject({
      ...{ from: '+441632960000', agentExtension: '2001' },
      ...{ callerCallId: toCaller.headers['Call-ID'], agentCallId: toAgent.headers['Call-ID'] },
    })
    house.server.within(toCaller.dialog, 'BYE')
    await house.server.next('BYE', ({ dialog }) => dialog === toAgent.dialog)
    await until('no dialog is left', () => house.server.dialogs.size === 0)
  })

  it('calls the agent twice before the caller is let go', async () => {
    await consult()
    const toCaller = await house.server.next('INVITE')
    house.server.answer(toCaller, 200, { body: sdp(house.caller) })
    for (const status of [486, 480]) house.server.answer(await house.server.next('INVITE'), status)
    await house.server.next('BYE', ({ dialog }) => dialog === toCaller.dialog)
    await until('no call is left', () => house.book.views().length === 0)
  })

  it('leaves agent and caller where they are when the caller’s call is gone', async () => {
    const { invite } = await consult()
    await house.server.next('NOTIFY')
    house.server.answer(await house.server.next('INVITE'), 481)
    expect(fragment(await house.server.next('NOTIFY'))).toBe('SIP/2.0 481 Transfer Failed')
    expect([...house.server.dialogs.keys()]).toEqual([invite.dialog])
    expect(house.book.views()).toEqual([])
  })

  it('is no way to dial any number', async () => {
    const { refer } = await consult({ 'Refer-To': '<sip:+8835100000000@pbx.example>' })
    await house.server.answerTo(refer, 400)
    expect(house.server.heard.filter(({ what }) => what === 'INVITE')).toEqual([])
  })

  it('ends a caller who speaks what cannot be masked, and says that it failed', async () => {
    await consult()
    await house.server.next('NOTIFY')
    const toCaller = await house.server.next('INVITE')
    const opus = sdp(house.caller).replace('RTP/AVP 0 8 101', 'RTP/AVP 111 101')
    house.server.answer(toCaller, 200, { body: opus })
    await house.server.next('ACK')
    await house.server.next('BYE', ({ dialog }) => dialog === toCaller.dialog)
    expect(fragment(await house.server.next('NOTIFY'))).toBe('SIP/2.0 503 Transfer Failed')
  })
})

describe('Refer-To', () => {
  it.each([
    [`<sip:1000@x?Replaces=${replaces}>`, { user: '1000', replaces: 'one@pbx;to-tag=t1;from-tag=f1' }],
    ['"Ann" <sip:1000@x?a=b&Replaces=a%3Bto-tag%3D1>', { user: '1000', replaces: 'a;to-tag=1' }],
    ['<sip:1000@x>', undefined],
    ['<sip:1000@x?Replaces=a%0D%0AX%3Bto-tag%3D1>', undefined],
    ['<sip:1000@x?Replaces=%ZZ;to-tag=1>', undefined],
    ['<http://x/?Replaces=a;to-tag=1>', undefined],
    [undefined, undefined],
  ])('%s', (text, read) => expect(readReferTo(text)).toEqual(read))
})
