/** A process could not be started; `exitCode` is what the platform ends with. */
export class ChildNotReady extends Error {
  readonly exitCode: number
  constructor(message: string, exitCode: number) {
    super(message)
    this.exitCode = exitCode
  }
}
