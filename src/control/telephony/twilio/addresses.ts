import type { LegRole } from '../../../contracts/bridge-port.ts'

export const paths = {
  voice: '/v1/telephony/twilio/voice',
  agent: '/v1/telephony/twilio/agent',
  resume: '/v1/telephony/twilio/resume',
  status: '/v1/telephony/twilio/status',
} as const

/**
 * Twilio's connection overrides (https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides): up to five
 * retries when control cannot be reached, is late or stumbles, so that a restart of control drops no call.
 */
export const retries = '#rc=5&rp=ct,rt,5xx'

/** The URLs that Twilio is given for the webhooks of a call. */
export type Addresses = {
  agent(callId: string): string
  resume(callId: string, role: LegRole): string
  agentStatus(callId: string): string
}

export function addressesAt(publicUrl: string): Addresses {
  return {
    agent: (callId) => `${publicUrl}${paths.agent}?callId=${callId}${retries}`,
    resume: (callId, role) => `${publicUrl}${paths.resume}?callId=${callId}&role=${role}${retries}`,
    agentStatus: (callId) => `${publicUrl}${paths.status}?callId=${callId}${retries}`,
  }
}
