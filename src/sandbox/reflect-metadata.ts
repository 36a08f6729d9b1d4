/**
 * `@peculiar/x509` resolves its parts through tsyringe, which asks for the metadata half of the Reflect API when it is
 * loaded. These are the four functions that it calls, over a WeakMap; import this file before the library.
 */
type Target = object
type Key = string | symbol

const held = new WeakMap<Target, Map<Key, unknown>>()

function defineMetadata(key: Key, value: unknown, target: Target): void {
  const own = held.get(target) ?? new Map<Key, unknown>()
  held.set(target, own.set(key, value))
}

function getOwnMetadata(key: Key, target: Target): unknown {
  return held.get(target)?.get(key)
}

function getMetadata(key: Key, target: Target): unknown {
  for (let at: Target | null = target; at; at = Object.getPrototypeOf(at)) {
    const own = held.get(at)
    if (own?.has(key)) return own.get(key)
  }
  return undefined
}

const metadata = (key: Key, value: unknown) => (target: Target) => defineMetadata(key, value, target)

// A full polyfill that somebody else loaded stays in its place.
if (!('getMetadata' in Reflect)) {
  Object.assign(Reflect, { defineMetadata, getOwnMetadata, getMetadata, metadata })
}
