import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { BridgeProcess, newCallId } from '../../../test/bridge/support/bridge-process.ts'
import { cpuMsOf, type MachineState, watchMachine } from '../machine.ts'
import type { FromLoad, LegPlan, LoadResult, ToLoad } from './load-port.ts'

/** As the platform configures it. */
const jitterMs = 200
/** Before it is measured: code gets compiled, delay lines fill, and what opening the streams held up is caught up. */
const settleSeconds = 4
/** Nothing takes longer than it should by more than this, in ms, or something hangs. */
const patienceMs = 60_000

export type AddedDelay = LoadResult & {
  readonly calls: number
  readonly armed: boolean
  readonly machine: MachineState
  /** Share of a core that the bridge used. */
  readonly bridgeCpu: number
}

/**
 * The delay that the bridge adds to audio, measured at its own wire: a real bridge process, and a provider in a
 * process of its own that talks on both legs of every call. First not armed, then armed.
 */
export async function measureAddedDelay(calls: number, seconds: number): Promise<AddedDelay[]> {
  const bridge = await BridgeProcess.start({ jitterMs, maxCalls: calls, startTimeoutMs: 10_000 })
  const load = new Load()
  try {
    const control = await bridge.control()
    const callIds = Array.from({ length: calls }, newCallId)
    const legs = callIds.flatMap((callId) => [legOf(callId, 'caller'), legOf(callId, 'agent')])
    for (const { callId, role, token } of legs)
      await control.call('expect-leg', { callId, role, streamToken: token, masked: false })
    await load.ask({ do: 'open', url: bridge.url, signature: bridge.signature, legs })
    const measure = async (armed: boolean): Promise<AddedDelay> => {
      await load.ask({ do: 'measure', seconds: settleSeconds })
      const machine = watchMachine()
      const cpuBeforeMs = cpuMsOf(bridge.child.pid!)
      const beganMs = performance.now()
      const answer = await load.ask({ do: 'measure', seconds })
      if (answer.did !== 'measure') throw new Error('the load generator answered another question')
      const bridgeCpu = (cpuMsOf(bridge.child.pid!) - cpuBeforeMs) / (performance.now() - beganMs)
      return { calls, armed, machine: machine(), bridgeCpu, ...answer.result }
    }
    const clear = await measure(false)
    await Promise.all(callIds.map((callId) => control.call('mask', { callId })))
    return [clear, await measure(true)]
  } finally {
    load.stop()
    await bridge.stop()
  }
}

function legOf(callId: string, role: LegPlan['role']): LegPlan {
  return { callId, role, token: randomBytes(32).toString('base64url') }
}

/** The generator's process. */
class Load {
  readonly #child: ChildProcess = fork(fileURLToPath(new URL('load.ts', import.meta.url)), { env: {} })

  ask(order: ToLoad): Promise<FromLoad> {
    const limitMs = patienceMs + (order.do === 'measure' ? order.seconds * 1_000 : 0)
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => settle(() => reject(new Error('the load generator does not answer'))),
        limitMs,
      )
      const settle = (done: () => void) => {
        clearTimeout(timer)
        this.#child.off('message', heard)
        this.#child.off('exit', gone)
        done()
      }
      const heard = (answer: FromLoad) =>
        settle(() =>
          answer.did === 'fail'
            ? reject(new Error(`the load generator failed: ${answer.message}`))
            : resolve(answer),
        )
      const gone = () => settle(() => reject(new Error('the load generator ended')))
      this.#child.on('message', heard)
      this.#child.on('exit', gone)
      this.#child.send(order)
    })
  }

  stop(): void {
    this.#child.kill()
  }
}
