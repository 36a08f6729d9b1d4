import { Secret } from '../../src/base/secret.ts'
import { Sealer } from '../../src/control/secrets/sealer.ts'

/** What seals secrets in the stores of tests. */
export const testSealingKey = { id: 'test', key: new Secret(Buffer.alloc(32, 5).toString('base64')) }
export const testSealer = new Sealer([testSealingKey])
