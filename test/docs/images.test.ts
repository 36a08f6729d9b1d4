import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

const compose = readdirSync('.').filter((name) => /^docker-compose.*\.yaml$/.test(name))
const dockerfiles = ['Dockerfile', path.join('config', 'kamailio', 'Dockerfile')]
const images = [
  ...compose.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/^\s*image:\s*(\S+)/gm)]),
  ...dockerfiles.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/^FROM (\S+:\S+)/gm)]),
].map(([, image]) => image!)

describe('container images', () => {
  it('are named', () => expect(images.length).toBeGreaterThan(3))

  it.each(images)('%s is a version, not whatever is the latest', (image) => {
    expect(image).toMatch(/:\d+\.\d+\.\d+$|^debian:\d+-slim$/)
  })
})
