/** What pool and nursery say to each other. `line` is the pool's number for one card process. */
export type NurseryOrder =
  /** `uid`: user and group to run as; null keeps the nursery's. */
  | { readonly do: 'start'; readonly line: number; readonly entry: string; readonly uid: number | null }
  /** Passed on as it is, with the handle that came with it. */
  | { readonly do: 'pass'; readonly line: number; readonly message: unknown }
  | { readonly do: 'kill'; readonly line: number }

export type NurseryReport =
  | { readonly is: 'open' }
  | { readonly is: 'started'; readonly line: number; readonly pid: number }
  | { readonly is: 'said'; readonly line: number; readonly message: unknown }
  /** Gone from the process table, or never there. */
  | { readonly is: 'gone'; readonly line: number }
