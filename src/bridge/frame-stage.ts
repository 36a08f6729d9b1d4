/**
 * What happens to one direction's audio on its way through the bridge. Octets are G.711, at most 160 at a time;
 * `output` is as long as the input, and the two do not overlap. False means: nothing of `output` may be sent.
 */
export type FrameStage = {
  /** True: what goes in may be sent itself, and `process` is not asked. */
  readonly asIs?: boolean
  process(input: Uint8Array, output: Uint8Array): boolean
  /** `octets` that never came. */
  lost(octets: number, output: Uint8Array): boolean
  /** Zeroes whatever the stage holds; nothing passes afterwards. */
  release(): void
}

/** Agent to caller: bit-exact. What was lost stays lost, the provider fills it with silence. */
export const untouched: FrameStage = {
  asIs: true,
  process(input, output) {
    output.set(input)
    return true
  },
  lost: () => false,
  release() {},
}
