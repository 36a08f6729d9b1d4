import { runChild } from '../base/child-process.ts'
import { BridgeConfig } from '../contracts/process-config/bridge-config.ts'
import { startBridge } from './bridge.ts'

await runChild(BridgeConfig, startBridge)
