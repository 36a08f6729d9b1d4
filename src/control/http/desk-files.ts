import { existsSync } from 'node:fs'
import path from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'

const notBuilt = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Tonewall: the desk is not built</title>
<h1>The desk is not built</h1>
<p>The API runs. Build the desk with <code>npm run build</code>, then start again.</p>
</html>
`

/** The built desk at `/`: the page itself is always asked for anew, its hashed files are kept for ever. */
export async function addDesk(app: FastifyInstance, deskDir: string): Promise<void> {
  if (!existsSync(path.join(deskDir, 'index.html'))) {
    app.get('/', { schema: { hide: true } }, (_request, reply) =>
      reply.code(503).type('text/html; charset=utf-8').send(notBuilt),
    )
    return
  }
  await app.register(fastifyStatic, {
    root: path.resolve(deskDir),
    wildcard: false,
    cacheControl: false,
    setHeaders(reply, file) {
      const hashed = path.relative(deskDir, file).startsWith('assets')
      reply.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
}
