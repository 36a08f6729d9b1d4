type Place = { readonly hash: string; readonly pathname: string }
type Past = { replaceState(data: unknown, unused: string, url: string): void }

/**
 * What control says in the address when a person comes back from a CRM or the books: `#connections` when it is
 * connected, `#connections=CODE` when it is not. Null for any other address. Taken out of it, so that loading the page
 * again says nothing old.
 */
export function takeReturn(place: Place, past: Past): string | null {
  const found = /^#connections(?:=([A-Z_]{1,40}))?$/.exec(place.hash)
  if (!found) return null
  past.replaceState(null, '', place.pathname)
  return found[1] ?? ''
}
