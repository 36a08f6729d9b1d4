import { z } from 'zod'
import { locales } from './locales.ts'

export const Locale = z.enum(locales)
export type Locale = z.infer<typeof Locale>

/** Sounds without a language, such as the beep for a digit that was taken. */
export const soundsFolder = 'sounds'

/**
 * One thing to play: `en-GB/pan.ask` is a prompt of a locale, `sounds/beep` one of none, and `pause/300` silence of so
 * many ms. Also what a file of the merchant's own is called, with `.wav` behind it.
 */
export const PromptRef = z
  .string()
  .regex(
    /^(?:(?:[a-z]{2}-[A-Z]{2}|sounds)\/[a-z0-9][a-z0-9.-]{0,63}|pause\/\d{1,4})$/,
    'locale/id, sounds/id or pause/ms',
  )
export type PromptRef = z.infer<typeof PromptRef>

/** `manifest.json` of one folder of prompts; `prompts.ulaw` beside it holds them one after the other, in this order. */
export const PromptManifest = z.strictObject({
  about: z.string(),
  locale: z.union([Locale, z.literal(soundsFolder)]),
  prompts: z.array(
    z.strictObject({
      id: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/),
      text: z.string(),
      /** Length in ms: eight octets of G.711 mu-law each, at 8,000 samples a second. */
      ms: z.number().int().positive(),
      /** Of those octets. */
      sha256: z.string().length(64),
    }),
  ),
})
export type PromptManifest = z.infer<typeof PromptManifest>
