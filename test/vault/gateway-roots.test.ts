import { X509Certificate } from 'node:crypto'
import { rootCertificates } from 'node:tls'
import { beforeEach, describe, expect, it } from 'vitest'
import { certificatesIn, GatewayRoots } from '../../src/vault/gateway-roots.ts'

const [first, second, third] = rootCertificates as [string, string, string]
const fingerprintOf = (pem: string) => new X509Certificate(pem).fingerprint256

let roots: GatewayRoots
beforeEach(() => {
  roots = new GatewayRoots(rootCertificates.slice(0, 8))
})

describe('what is trusted of many roots', () => {
  it('is all of them until one was enough, and then that one', () => {
    expect(roots.narrowed()).toBeUndefined()
    roots.learn(fingerprintOf(second))
    expect(roots.narrowed()).toBe(second)
  })

  it('is never one that is not among them, whatever a card process says', () => {
    roots.learn(fingerprintOf(rootCertificates[20]!))
    roots.learn('AA:BB')
    expect(roots.narrowed()).toBeUndefined()
  })

  it('grows when those known were not enough: a gateway may have several fronts', () => {
    roots.learn(fingerprintOf(first))
    roots.mistaken()
    roots.learn(fingerprintOf(third))
    expect(certificatesIn(roots.narrowed()!)).toEqual([first, third])
  })

  it('is all of them for good when it was wrong again and again', () => {
    for (let times = 0; times < 3; times++) {
      roots.learn(fingerprintOf(first))
      roots.mistaken()
    }
    expect(roots.narrowed()).toBeUndefined()
    expect(roots.wantsToLearn).toBe(false)
  })

  it('is not asked about where few are trusted anyway', () => {
    const few = new GatewayRoots([first, second])
    few.learn(fingerprintOf(first))
    expect(few.narrowed()).toBeUndefined()
    expect(few.wantsToLearn).toBe(false)
  })
})

it('a file of certificates is parted into each', () => {
  expect(certificatesIn(`one:\n${first}\n\ntwo:\n${second}\n`)).toEqual([first, second])
  expect(certificatesIn('none')).toEqual([])
})
