import type { AddressInfo } from 'node:net'
import type { Running } from '../base/child-process.ts'
import { type Clock, systemClock } from '../base/clock.ts'
import { AppError } from '../base/errors.ts'
import { createLog, type Log } from '../base/log.ts'
import type { SimulatorConfig } from '../contracts/process-config/simulator-config.ts'
import { Carrier } from './carrier/carrier.ts'
import { isLoopback, serveHandsets } from './handset-server.ts'
import { createHttpServer } from './http-server.ts'
import { loadMediaLibrary } from './media-library.ts'

/** Handsets need no log-in: the simulated network exists in sandbox mode and on loopback only. */
export class SimulatorForbidden extends AppError {
  readonly code = 'SIMULATOR_FORBIDDEN'
  readonly remedy = 'fix-request'
}

export type Simulator = Running & { readonly port: number }

export type SimulatorDeps = { readonly clock?: Clock; readonly log?: Log }

/** The sandbox's telephone network. Throws AppErrors for media that cannot be used, and Node's own for a taken port. */
export async function startSimulator(config: SimulatorConfig, deps: SimulatorDeps = {}): Promise<Simulator> {
  if (config.mode !== 'sandbox') throw new SimulatorForbidden('the simulator runs in sandbox mode only')
  if (!isLoopback(config.listen.host))
    throw new SimulatorForbidden('the simulator listens on loopback only, for example 127.0.0.1')
  const log = deps.log ?? createLog({ process: 'simulator', level: config.logLevel })
  const carrier = new Carrier({
    accountSid: config.accountSid,
    authToken: config.authToken.reveal(),
    voiceUrl: config.voiceUrl,
    statusUrl: config.statusUrl,
    clock: deps.clock ?? systemClock,
    log,
    library: await loadMediaLibrary(config.mediaDir),
  })
  const http = await createHttpServer(config, carrier)
  const closeHandsets = serveHandsets({ server: http.server, carrier, number: config.number, log })
  await http.listen(config.listen)
  const { port } = http.server.address() as AddressInfo
  log.info({ port }, 'the simulated telephone network is up')
  return {
    port,
    async stop(deadlineMs) {
      const deadline = new Promise<void>((resolve) => setTimeout(resolve, deadlineMs).unref())
      await Promise.race([carrier.stop(), deadline])
      closeHandsets()
      await http.close()
    },
  }
}
