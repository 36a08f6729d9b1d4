import type { Finding } from '../card-messages.ts'

const refuse = () => {
  throw new TypeError('no code from strings here')
}

/**
 * Takes away every way to make code of a string: `eval`, and the constructors of the four kinds of function, which are
 * reachable from any function. For the card process, after its last module was loaded; tried, not assumed.
 */
export function refuseCodeFromStrings(): Finding {
  const kinds = [() => {}, async () => {}, function* () {}, async function* () {}]
  for (const kind of kinds)
    Object.defineProperty(Object.getPrototypeOf(kind), 'constructor', {
      value: refuse,
      writable: false,
      configurable: false,
    })
  for (const name of ['eval', 'Function'])
    Object.defineProperty(globalThis, name, { value: refuse, writable: false, configurable: false })
  const open = kinds.filter((kind) => makesCode(() => (kind.constructor as FunctionConstructor)('return 1')))
  const evaluates = makesCode(() => (globalThis as { eval: (text: string) => unknown }).eval('1'))
  const on = open.length === 0 && !evaluates
  return {
    protection: 'no-code-from-strings',
    on,
    because: on ? 'eval and function constructors refused' : 'open',
  }
}

function makesCode(make: () => unknown): boolean {
  try {
    make()
    return true
  } catch {
    return false
  }
}
