import { describe, expect, it } from 'vitest'
import { hashPassword, verifyPassword } from '../../../src/control/auth/password.ts'

describe('a password', () => {
  it('is known again by its hash, and no other is', async () => {
    const hash = await hashPassword('correct horse')
    expect(await verifyPassword('correct horse', hash)).toBe(true)
    expect(await verifyPassword('correct horsf', hash)).toBe(false)
  })

  it('has another hash each time', async () => {
    expect(await hashPassword('same')).not.toBe(await hashPassword('same'))
  })

  it('is checked with the cost that its own hash names, so that the cost can be raised later', async () => {
    // The reference implementation's own test vector, in PHC form: `argon2 somesalt -id -t 2 -m 16 -p 1`.
    const known = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'
    expect(await verifyPassword('password', known)).toBe(true)
    expect(await verifyPassword('Password', known)).toBe(false)
  })

  it('matches no string that is not a hash', async () => {
    for (const hash of ['', 'plain', '$argon2i$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAA']) {
      expect(await verifyPassword('plain', hash)).toBe(false)
    }
  })
})
