import type { Call } from './call.ts'

/** A call as Twilio's REST API shows it. Dates are RFC 2822 in UTC; what the simulation lacks is null. */
export function callResource(call: Call): Record<string, unknown> {
  const { from, to, direction, network } = call.options
  const uri = `/2010-04-01/Accounts/${network.accountSid}/Calls/${call.sid}`
  return {
    sid: call.sid,
    account_sid: network.accountSid,
    parent_call_sid: null,
    phone_number_sid: null,
    api_version: '2010-04-01',
    status: call.status,
    direction,
    from,
    from_formatted: from,
    to,
    to_formatted: to,
    date_created: rfc2822(call.createdMs),
    date_updated: rfc2822(call.endedMs ?? call.answeredMs ?? call.createdMs),
    start_time: rfc2822(call.answeredMs),
    end_time: rfc2822(call.endedMs),
    duration: call.over ? String(call.durationSeconds) : null,
    price: null,
    price_unit: 'USD',
    answered_by: null,
    caller_name: null,
    forwarded_from: null,
    group_sid: null,
    queue_time: '0',
    trunk_sid: null,
    annotation: null,
    uri: `${uri}.json`,
    subresource_uris: {},
  }
}

/** An error of Twilio's REST API: its number decides what the client does. */
export function restError(status: number, code: number, message: string): Record<string, unknown> {
  return { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status }
}

function rfc2822(epochMs: number | undefined): string | null {
  return epochMs === undefined ? null : new Date(epochMs).toUTCString().replace('GMT', '+0000')
}
