/** What the one who sees the error should do next. */
export type Remedy = 'fix-request' | 'retry' | 'inquire' | 'page-someone'

/**
 * An error with a stable code. Its message is static text without data of the case: no digit, no payload, no name.
 * Every code has a paragraph in `docs/errors.md`; a test compares both ways.
 */
export abstract class AppError extends Error {
  abstract readonly code: string
  abstract readonly remedy: Remedy
}

/** The code of any thrown value: an AppError's own, Node's (`ECONNREFUSED`), or the class name. Never a message. */
export function codeOf(thrown: unknown): string {
  if (thrown instanceof AppError) return thrown.code
  if (thrown instanceof Error) {
    const code = (thrown as { code?: unknown }).code
    return typeof code === 'string' ? code : thrown.name
  }
  return typeof thrown
}
