import { runChild } from '../base/child-process.ts'
import { ControlConfig } from '../contracts/process-config/control-config.ts'
import { startControl } from './start-control.ts'

await runChild(ControlConfig, (config) => startControl(config))
