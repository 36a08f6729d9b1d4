/** Of `wanted`, what does not come in this order in `heard`; other things may stand in between. */
export function missingFrom(heard: readonly string[], wanted: readonly string[]): string[] {
  let at = 0
  return wanted.filter((ref) => {
    const found = heard.indexOf(ref, at)
    if (found < 0) return true
    at = found + 1
    return false
  })
}
