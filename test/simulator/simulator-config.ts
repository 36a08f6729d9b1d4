import path from 'node:path'

export const accountSid = `AC${'0'.repeat(32)}`
export const authToken = 'sandbox-auth-token'

/** What the supervisor would write to the simulator's standard input. */
export function simulatorConfig(platformUrl: string) {
  return {
    mode: 'sandbox',
    logLevel: 'silent',
    listen: { host: '127.0.0.1', port: 0 },
    voiceUrl: `${platformUrl}/voice`,
    statusUrl: `${platformUrl}/status`,
    accountSid,
    authToken,
    number: '+442079460000',
    mediaDir: path.resolve('media/speech'),
    browserDir: path.resolve('dist/simulator'),
  }
}
