import { existsSync } from 'node:fs'
import path from 'node:path'
import helmet from '@fastify/helmet'
import fastifyStatic from '@fastify/static'
import { type FastifyInstance, fastify } from 'fastify'
import type { SimulatorConfig } from '../contracts/process-config/simulator-config.ts'
import type { Carrier } from './carrier/carrier.ts'
import { restApi } from './carrier/rest-api.ts'
import { handsetProtocolVersion, type Network } from './handset-protocol.ts'
import { isLoopback } from './handset-server.ts'

const loopbackPages = ['http://localhost:*', 'http://127.0.0.1:*']

/** The HTTP side of the simulator: health, the network's number, Twilio's REST API and the browser's handset. */
export async function createHttpServer(config: SimulatorConfig, carrier: Carrier): Promise<FastifyInstance> {
  const server = fastify({ bodyLimit: 65_536, forceCloseConnections: true })
  await server.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        // 'self' covers WebSockets to this origin; older engines want the scheme by name.
        connectSrc: ["'self'", 'ws://localhost:*', 'ws://127.0.0.1:*'],
        mediaSrc: ["'self'", 'blob:'],
        workerSrc: ["'self'", 'blob:'],
        imgSrc: ["'self'", 'data:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'self'", ...loopbackPages],
      },
    },
    // The desk, on another port of loopback, may show the handset in a frame.
    xFrameOptions: false,
    crossOriginResourcePolicy: { policy: 'cross-origin' },
    strictTransportSecurity: false,
  })
  server.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers
    reply.header('Permissions-Policy', 'microphone=(self)')
    if (request.method !== 'GET' || !origin || !URL.canParse(origin)) return
    if (isLoopback(new URL(origin).hostname))
      reply.header('Access-Control-Allow-Origin', origin).header('Vary', 'Origin')
  })

  server.get('/healthz', async () => ({
    status: 'ok',
    calls: carrier.calls.filter((call) => !call.over).length,
  }))
  const network: Network = { protocolVersion: handsetProtocolVersion, number: config.number }
  server.get('/network', async () => network)
  await server.register(restApi, {
    prefix: `/2010-04-01/Accounts/${config.accountSid}`,
    carrier,
    accountSid: config.accountSid,
    authToken: config.authToken,
    clock: carrier.clock,
  })
  await servePage(server, config.browserDir)
  return server
}

/** The built handset, if it was built: the network works without it. */
async function servePage(server: FastifyInstance, browserDir: string): Promise<void> {
  if (existsSync(path.join(browserDir, 'index.html'))) {
    await server.register(fastifyStatic, { root: path.resolve(browserDir), index: ['index.html'] })
    return
  }
  server.get('/', async (_request, reply) =>
    reply.code(503).type('text/plain').send('The browser handset has not been built: run npm run build.\n'),
  )
}
