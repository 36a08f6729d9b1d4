/** Closes a handle that nobody took. */
export function closeHandle(handle: unknown): void {
  const { close } = (handle ?? {}) as { close?: unknown }
  if (typeof close === 'function') close.call(handle)
}
