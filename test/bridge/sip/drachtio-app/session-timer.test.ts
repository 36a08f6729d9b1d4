import { describe, expect, it } from 'vitest'
import {
  limitsAfter422,
  negotiateAsUas,
  timerOfAnswer,
} from '../../../../src/bridge/sip/drachtio-app/session-timer.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { expiresS, House, sdp, until } from './house.ts'

const limits = { expiresS: 600, minSeS: 90 }
const says = (headers: Record<string, string>) => ({
  body: '',
  get: (name: string) => headers[name],
  has: (name: string) => name in headers,
})

describe('the session timer that we answer (RFC 4028)', () => {
  it.each([
    ['a caller who knows of none: we refresh', {}, '600;refresher=uas', undefined],
    ['one who can, and asks for nothing', { Supported: 'timer' }, '600;refresher=uac', 'timer'],
    ['a shorter one', { Supported: '100rel, timer', 'Session-Expires': '300' }, '300;refresher=uac', 'timer'],
    ['a longer one', { Supported: 'timer', 'Session-Expires': '7200' }, '600;refresher=uac', 'timer'],
    [
      'their wish',
      { Supported: 'timer', 'Session-Expires': '300;refresher=uas' },
      '300;refresher=uas',
      undefined,
    ],
    [
      'their least',
      { Supported: 'timer', 'Session-Expires': '7200', 'Min-SE': '900' },
      '900;refresher=uac',
      'timer',
    ],
    [
      'a proxy’s, too short, of one who knows of none',
      { 'Session-Expires': '60' },
      '90;refresher=uas',
      undefined,
    ],
  ])('%s', (_, headers, expires, require) => {
    const negotiated = negotiateAsUas(says(headers), limits)
    expect(negotiated).toMatchObject({ refused: false, headers: { 'Session-Expires': expires } })
    expect(negotiated.headers.Require).toBe(require)
  })

  it('is refused when it is too short for us', () => {
    const short = says({ Supported: 'timer', 'Session-Expires': '60' })
    expect(negotiateAsUas(short, limits)).toEqual({ refused: true, headers: { 'Min-SE': '90' } })
  })

  it('is read from an answer, and asked for again after 422', () => {
    expect(timerOfAnswer(says({ 'Session-Expires': '300;refresher=uas' }))).toEqual({
      ...{ expiresS: 300, refresher: 'uas' },
    })
    expect(timerOfAnswer(says({}))).toBeNull()
    expect(limitsAfter422('900', limits)).toEqual({ minSeS: 900, expiresS: 900 })
    for (const nonsense of [undefined, 'x', '10', '9999999'])
      expect(limitsAfter422(nonsense, limits)).toBeUndefined()
  })
})

describe('a call with session timers', () => {
  it('asks the agent’s side again when our interval is too short for it', async () => {
    const house = await House.open()
    try {
      const invite = house.transferred()
      const first = await house.server.next('INVITE')
      expect(first.headers).toMatchObject({ 'Session-Expires': '600', 'Min-SE': '90' })
      house.server.answer(first, 422, { headers: { 'Min-SE': '1200' } })
      const second = await house.server.next('INVITE')
      expect(second.headers).toMatchObject({ 'Session-Expires': '1200', 'Min-SE': '1200' })
      house.server.answer(second, 200, { body: sdp(house.agent) })
      await house.server.answerTo(invite, 200)
      const short = house.server.request('INVITE', 'sip:8100@x', {
        headers: { Supported: 'timer', 'Session-Expires': '60' },
        body: sdp(house.caller),
      })
      expect((await house.server.answerTo(short, 422)).headers['Min-SE']).toBe('90')
    } finally {
      await house.close()
    }
  })

  it('ends both legs when a party that has to refresh does not, and lives on when it does', async () => {
    const clock = new ManualClock()
    const house = await House.open(clock)
    try {
      const { callerDialog } = await house.talking({ Supported: 'timer' })
      await clock.turn((expiresS - 1) * 1_000)
      const headers = { Supported: 'timer', 'Session-Expires': '600;refresher=uac', CSeq: '4 UPDATE' }
      await house.server.answerTo(house.server.within(callerDialog, 'UPDATE', { headers }), 200)
      await clock.turn((expiresS - 1) * 1_000)
      expect(house.server.dialogs.size).toBe(2)
      await clock.turn(2_000)
      await until('no dialog is left', () => house.server.dialogs.size === 0)
    } finally {
      await house.close()
    }
  })
})
