import { runChild } from '../base/child-process.ts'
import { SimulatorConfig } from '../contracts/process-config/simulator-config.ts'
import { startSimulator } from './simulator.ts'

await runChild(SimulatorConfig, startSimulator)
