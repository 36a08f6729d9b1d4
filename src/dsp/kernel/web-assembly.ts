/** What is used of WebAssembly: its types come with the DOM library, which this code is not built with everywhere. */
export type WebAssemblyModule = object

export type WebAssemblyApi = {
  validate(bytes: Uint8Array): boolean
  readonly Module: new (bytes: Uint8Array) => WebAssemblyModule
  readonly Memory: new (limits: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer }
  readonly Instance: new (module: WebAssemblyModule, imports: object) => { readonly exports: object }
}

/** Undefined where the engine has none. */
export const webAssembly = (globalThis as { WebAssembly?: WebAssemblyApi }).WebAssembly
