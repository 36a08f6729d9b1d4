import type { z } from 'zod'
import { checkTogether } from './platform-config/rules.ts'
import { Settings } from './platform-config/settings.ts'

/** `config/tonewall.yaml`, where every key is explained. */
export const PlatformConfig = Settings.superRefine(checkTogether)
export type PlatformConfig = z.output<typeof PlatformConfig>
