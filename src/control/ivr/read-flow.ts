import { loadConfig } from '../../base/load-config.ts'
import { Flow } from '../../ivr/flow.ts'

/** One flow file, checked and frozen. Throws ConfigInvalid, which names each key, what stands there and what may. */
export function readFlow(file: string): Flow {
  return loadConfig({ schema: Flow, file, secretsFile: null, env: {}, envPrefix: 'TONEWALL_FLOW_' })
}
