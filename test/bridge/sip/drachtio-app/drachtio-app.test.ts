import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { House, portIn, sdp, token, until } from './house.ts'

let house: House
beforeEach(async () => {
  house = await House.open()
})
afterEach(() => house.close())

const facts = () => house.events.flatMap((event) => (event.type === 'sip-call' ? [event.sip] : []))
const replies = (what: string) => house.server.heard.filter((one) => one.what === what)

describe('the application on a drachtio server', () => {
  it('shows its secret, and asks for the calls', async () => {
    await until('routes', () => house.server.routes.includes('invite'))
    expect(house.server.authenticated).toBe(1)
    await house.live({ secretOf: 'wrong', ports: 40 })
    await until('a refusal', () => house.server.refused === 1)
    expect(house.server.authenticated).toBe(1)
  })

  it('takes no call of strangers, to other numbers, without a description, or with a token that is none', async () => {
    const { server, caller } = house
    const body = sdp(caller)
    const refused = [
      [server.request('INVITE', 'sip:8100@x', { body, from: '203.0.113.9' }), 403],
      [server.request('INVITE', 'sip:9999@x', { body }), 404],
      [server.request('INVITE', `sip:8000${token}@x`, { body }), 404],
      [server.request('INVITE', 'sip:8100@x'), 488],
    ] as const
    for (const [invite, status] of refused) await server.answerTo(invite, status)
    expect(house.book.views()).toEqual([])
  })

  it('answers OPTIONS, and no REFER out of the blue', async () => {
    await house.server.answerTo(house.server.request('OPTIONS', 'sip:x'), 200)
    await house.server.answerTo(house.server.request('REFER', 'sip:x'), 405)
  })
})

describe('a call that is transferred with a token', () => {
  it('rings at the agent, is answered with them, and speaks through the media anchor', async () => {
    const invite = house.transferred()
    const toAgent = await house.server.next('INVITE')
    expect(toAgent.uri).toBe('sip:2001@pbx.example:5080')
    house.server.answer(toAgent, 180)
    await house.server.answerTo(invite, 180)
    expect(replies('SIP/2.0 200')).toEqual([])
    house.server.answer(toAgent, 200, { body: sdp(house.agent) })
    await house.server.next('ACK')
    const answered = await house.server.answerTo(invite, 200)
    house.caller.talk({ address: '127.0.0.1', port: portIn(answered.body) })
    house.agent.talk({ address: '127.0.0.1', port: portIn(toAgent.body) })
    await until('audio both ways', () => house.caller.heard.length > 3 && house.agent.heard.length > 3)
    const legs = { callerCallId: invite.headers['Call-ID'], agentCallId: toAgent.headers['Call-ID'] }
    expect(facts().at(-1)).toMatchObject({
      ...{ ...legs, direction: 'inbound', from: '+441632960000', to: '8000' },
      ...{ agentExtension: '2001', merchantId: 'mer_one', metadata: { crmRecord: 'Case:500' } },
    })
    const [view] = house.book.views()
    expect(view?.legs.map(({ role }) => role).sort()).toEqual(['agent', 'caller'])
    expect([answered.headers['X-Tonewall-Call'], toAgent.headers['X-Tonewall-Call']]).toEqual([
      view?.callId,
      view?.callId,
    ])
  })

  it('tells the agent’s side who calls and how the call came, unchanged', async () => {
    const told = {
      Identity: 'eyJhbGciOiJFUzI1NiJ9..c2lnbmF0dXJl;info=<https://cert.example/a.pem>',
      'P-Asserted-Identity': '<sip:+441632960777@trunk.example>',
      Diversion: '<sip:2001@pbx.example>;reason=unconditional',
      'History-Info': '<sip:2001@pbx.example>;index=1',
      'User-To-User': '56a390f3d2b7310023a2;encoding=hex',
      Privacy: 'none',
    }
    house.transferred(told)
    const toAgent = await house.server.next('INVITE')
    for (const [name, value] of Object.entries(told)) expect(toAgent.headers[name], name).toBe(value)
    expect(toAgent.headers.From).toContain('sip:+441632960777@')
  })

  it('works once', async () => {
    await house.talking()
    const again = house.server.request('INVITE', `sip:8000${token}@x`, { body: sdp(house.caller) })
    await house.server.answerTo(again, 404)
  })

  it('stays with the PBX when the agent is busy or does not answer', async () => {
    const first = house.transferred()
    house.server.answer(await house.server.next('INVITE'), 486)
    await house.server.answerTo(first, 486)
    const second = house.transferred()
    house.server.answer(await house.server.next('INVITE'), 503)
    await house.server.answerTo(second, 480)
    await until('no call is left', () => house.book.views().length === 0)
  })

  it('is taken back from the agent’s phone when the caller gives up', async () => {
    const invite = house.transferred()
    house.server.answer(await house.server.next('INVITE'), 180)
    await house.server.answerTo(invite, 180)
    house.server.cancel(invite)
    await house.server.next('CANCEL')
    await until('no call is left', () => house.book.views().length === 0)
  })

  it('ends the agent that answered after the caller gave up', async () => {
    const invite = house.transferred()
    const toAgent = await house.server.next('INVITE')
    house.server.cancel(invite)
    house.server.answer(toAgent, 200, { body: sdp(house.agent) })
    await house.server.next('BYE', ({ dialog }) => dialog === toAgent.dialog)
    expect(house.server.dialogs.size).toBe(0)
  })
})

describe('a leg', () => {
  it.each(['caller', 'agent'] as const)('is never left behind when the %s hangs up', async (who) => {
    const { callerDialog, agentDialog } = await house.talking()
    const [gone, left] = who === 'caller' ? [callerDialog, agentDialog] : [agentDialog, callerDialog]
    house.server.within(gone, 'BYE')
    await house.server.next('BYE', ({ dialog }) => dialog === left)
    await until('no dialog is left', () => house.server.dialogs.size === 0)
    expect(house.book.views()).toEqual([])
    const ends = house.events.flatMap((event) => (event.type === 'leg-left' ? [event] : []))
    expect(ends[0]).toMatchObject({ role: who, why: 'provider-stopped' })
  })

  it('is not left behind when its BYE comes with the answer', async () => {
    const invite = house.transferred()
    const toAgent = await house.server.next('INVITE')
    house.server.answer(toAgent, 200, { body: sdp(house.agent) })
    await house.server.answerTo(invite, 200)
    house.server.within(invite.dialog, 'BYE')
    await house.server.next('BYE', ({ dialog }) => dialog === toAgent.dialog)
    await until('no dialog is left', () => house.server.dialogs.size === 0)
  })

  it('is not left behind when the API ends the call', async () => {
    await house.talking()
    house.book.release(house.book.views()[0]!.callId)
    await until('no dialog is left', () => house.server.dialogs.size === 0)
    expect(replies('BYE')).toHaveLength(2)
  })

  it('is not left behind by a process that died: the next one ends both, and their media', async () => {
    const { callerDialog, agentDialog } = await house.talking()
    // No word of goodbye: the first life is only forgotten, on other ports so that both can live in this process.
    await house.live({ ports: 40 })
    await until('no dialog is left', () => house.server.dialogs.size === 0)
    expect(replies('BYE').map(({ dialog }) => dialog)).toEqual(
      expect.arrayContaining([callerDialog, agentDialog]),
    )
    await until('no call is left', () => house.book.views().length === 0)
  })

  it('is not left behind when the connection to the server was lost', async () => {
    await house.talking()
    house.server.cut()
    await until('the app is back', () => house.server.authenticated === 2)
    await until('no dialog is left', () => house.server.dialogs.size === 0)
    await until('no call is left', () => house.book.views().length === 0)
  })
})

describe('a change of a session', () => {
  it('goes through to the other party: hold and back', async () => {
    const { callerDialog, agentDialog } = await house.talking()
    const holds = () => house.events.flatMap((event) => (event.type === 'hold' ? [event.held] : []))
    const change = async (direction: string, answer: string, version: number) => {
      const body = sdp(house.agent, { direction, version })
      const asked = house.server.within(agentDialog, 'INVITE', { body })
      const passed = await house.server.next('INVITE', ({ dialog }) => dialog === callerDialog)
      expect(passed.body).toContain(`a=${direction}`)
      house.server.answer(passed, 200, { body: sdp(house.caller, { direction: answer, version }) })
      const answered = await house.server.answerTo(asked, 200)
      expect(answered.body).toContain(`a=${answer}`)
      expect(answered.headers['Session-Expires']).toBe('600;refresher=uas')
    }
    await change('sendonly', 'recvonly', 2)
    expect(holds()).toEqual([true])
    await change('sendrecv', 'sendrecv', 3)
    expect(holds()).toEqual([true, false])
  })

  it('is refused while another is under way, and when the other party does not want it', async () => {
    const { callerDialog, agentDialog } = await house.talking()
    const asked = house.server.within(agentDialog, 'INVITE', { body: sdp(house.agent, { version: 2 }) })
    const passed = await house.server.next('INVITE', ({ dialog }) => dialog === callerDialog)
    const crossing = house.server.within(callerDialog, 'INVITE', {
      body: sdp(house.caller, { version: 2 }),
    })
    await house.server.answerTo(crossing, 491)
    house.server.answer(passed, 488)
    await house.server.answerTo(asked, 488)
    expect(house.server.dialogs.size).toBe(2)
  })

  it('that changes nothing refreshes the session, and bothers nobody', async () => {
    const { agentDialog } = await house.talking()
    const refresh = house.server.within(agentDialog, 'UPDATE', {
      headers: { Supported: 'timer', 'Session-Expires': '600;refresher=uac', CSeq: '5 UPDATE' },
    })
    const answered = await house.server.answerTo(refresh, 200)
    expect(answered.headers).toMatchObject({ 'Session-Expires': '600;refresher=uac', Require: 'timer' })
    expect(replies('INVITE')).toHaveLength(1)
  })
})

describe('a key that INFO tells of', () => {
  it('goes to the anchor and never to the other party; the agent’s is nobody’s', async () => {
    const { callerDialog, agentDialog } = await house.talking()
    const body = 'Signal=5\r\nDuration=160\r\n'
    const headers = { 'Content-Type': 'application/dtmf-relay', CSeq: '7 INFO' }
    await house.server.answerTo(house.server.within(callerDialog, 'INFO', { headers, body }), 200)
    await house.server.answerTo(
      house.server.within(agentDialog, 'INFO', { headers: { ...headers, CSeq: '8 INFO' }, body }),
      200,
    )
    await house.server.answerTo(
      house.server.within(callerDialog, 'INFO', {
        headers: { 'Content-Type': 'text/plain', CSeq: '9 INFO' },
        body: 'x',
      }),
      415,
    )
    expect(replies('INFO')).toEqual([])
  })
})

describe('self-service', () => {
  it('has the caller’s leg alone, which control is told', async () => {
    const invite = house.server.request('INVITE', 'sip:8100@x', { body: sdp(house.caller) })
    const answered = await house.server.answerTo(invite, 200)
    expect(answered.body).toMatch(/m=audio \d+ RTP\/AVP 0 8 101\r\n/)
    expect(facts()).toMatchObject([{ selfService: true, to: '8100', direction: 'inbound' }])
    expect(house.book.views()[0]?.legs).toMatchObject([{ role: 'caller' }])
    house.server.within(invite.dialog, 'BYE')
    await until('no call is left', () => house.book.views().length === 0)
  })

  it('is answered encrypted where it was offered so', async () => {
    const key = 'AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz'
    const body = sdp(house.caller).replace('RTP/AVP', 'RTP/SAVP').replace('a=sendrecv', `a=crypto:1 ${key}`)
    const invite = house.server.request('INVITE', 'sip:8100@x', { body })
    const answered = (await house.server.answerTo(invite, 200)).body
    expect(answered).toMatch(/m=audio \d+ RTP\/SAVP 0 8 101\r\n/)
    expect(answered).toMatch(/a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:/)
    expect(answered).not.toContain(key)
  })

  it('can be put on hold, and takes no call whose sound it cannot look into', async () => {
    const invite = house.server.request('INVITE', 'sip:8100@x', { body: sdp(house.caller) })
    await house.server.answerTo(invite, 200)
    const held = house.server.within(invite.dialog, 'INVITE', {
      body: sdp(house.caller, { direction: 'sendonly', version: 2 }),
    })
    expect((await house.server.answerTo(held, 200)).body).toContain('a=recvonly')
    const opus = sdp(house.caller).replace('RTP/AVP 0 8 101', 'RTP/AVP 111 101')
    await house.server.answerTo(house.server.request('INVITE', 'sip:8100@x', { body: opus }), 488)
    await until('one call is left', () => house.book.views().length === 1)
  })
})
