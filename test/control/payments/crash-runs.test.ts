import { describe, expect, it } from 'vitest'
import type { GatewayCall, GatewayReply } from '../../../src/contracts/gateway-call.ts'
import { Rig } from './rig.ts'
import { until } from './until.ts'

const runs = Number(process.env.RUNS ?? 12)
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)

/** Mulberry32: small, seeded, good enough to choose what goes wrong. */
function randomFrom(start: number): () => number {
  let a = start
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

const never = new Promise<GatewayReply>(() => {})
const faults: Record<string, (rig: Rig, call: GatewayCall) => GatewayReply | Promise<GatewayReply>> = {
  approves: (rig, call) => rig.gateway.approve(call),
  declines: (rig, call) => rig.gateway.decline(call),
  'refuses the connection': () => ({ kind: 'not-sent', because: 'refused' }),
  'resets after commit': (rig, call) => rig.gateway.approveAndReset(call),
  'resets before commit': () => ({ kind: 'no-answer', because: 'reset' }),
  'hangs after commit': (rig, call) => {
    rig.gateway.approve(call)
    return never
  },
  'hangs before commit': () => never,
  'answers 500 after commit': (rig, call) => {
    rig.gateway.approve(call)
    return { kind: 'answered', status: 500, headers: {}, body: 'oops' }
  },
  'cuts its answer short': (rig, call) => {
    rig.gateway.approve(call)
    return { kind: 'answered', status: 201, headers: {}, body: '{"id":"gw' }
  },
}
const deaths = ['nobody', 'control', 'vault', 'bridge'] as const
const moments = ['arming', 'collecting', 'keyed', 'sent', 'answered'] as const

type Scene = {
  readonly fault: string
  readonly death: (typeof deaths)[number]
  readonly moment: (typeof moments)[number]
}

async function kill(rig: Rig, death: Scene['death']): Promise<void> {
  if (death === 'control') {
    await rig.crash()
    await rig.startCore()
  } else if (death !== 'nobody') {
    await rig[death].kill()
    await until('the loss is known', () => !rig.links[death].up)
    await rig[death].start()
    await rig.linksUp()
  }
}

/** One payment, one fault, one death. Returns how it ended, once nothing moves any more. */
async function play(rig: Rig, { fault, death, moment }: Scene): Promise<string> {
  rig.vault.gateway = (call) => faults[fault]?.(rig, call) ?? never
  const { id } = await rig.created()
  const at = async (now: Scene['moment']) => {
    if (now === moment) await kill(rig, death)
  }
  await rig.core.payments.arm({ merchantId: 'mer_one', kind: 'agent', id: 'agt_1' }, id)
  await at('arming')
  const ended = async () => (await rig.get(id)).status === 'created'
  const digitsFlow = async () => (await rig.get(id)).collection?.state === 'collecting'
  await until('the digits flow, or it ended', async () => (await digitsFlow()) || (await ended()))
  await at('collecting')
  if (rig.vault.held.size === 1) rig.vault.keyCard()
  await at('keyed')
  if (moment === 'sent')
    await until('sent, or it ended', async () => rig.vault.sent.length > 0 || (await ended()))
  await at('sent')
  await rig.clock.turn(2_000)
  await at('answered')
  // A hanging gateway is given up after its time limit; an unknown outcome after two absences.
  const final = ['created', 'captured', 'declined']
  await until('the payment comes to rest', async () => {
    await rig.clock.turn(fault.startsWith('hangs') ? 20_000 : 2_000)
    return final.includes((await rig.get(id)).status)
  })
  await until('no mask is left over', async () => {
    await rig.clock.turn(500)
    return rig.bridge.masked.size === 0 && rig.vault.held.size === 0
  })
  return (await rig.get(id)).status
}

describe('whoever dies whenever, whatever the gateway does', () => {
  it(`ledger and payments agree, with no card and no mask left over (${runs} runs, seed ${seed})`, async () => {
    const random = randomFrom(seed)
    const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T
    for (let run = 0; run < runs; run++) {
      const scene: Scene = { fault: pick(Object.keys(faults)), death: pick(deaths), moment: pick(moments) }
      const rig = await Rig.start()
      try {
        const status = await play(rig, scene)
        const approvals = rig.gateway.ledger.filter(({ outcome }) => outcome === 'approved').length
        expect({ run, ...scene, approvals }).toEqual({
          run,
          ...scene,
          approvals: status === 'captured' ? 1 : 0,
        })
        expect(rig.vault.sent.length === 0 || new Set(rig.vault.sent.map(keyOf)).size === 1).toBe(true)
      } catch (error) {
        throw new Error(`run ${run}, seed ${seed}: ${JSON.stringify(scene)}`, { cause: error })
      } finally {
        await rig.close()
      }
    }
  }, 120_000)
})

const keyOf = (call: GatewayCall) => call.headers.find(({ name }) => name === 'idempotency-key')?.value
