import twilio from 'twilio'

const pauseSeconds = 2

/** Both ways of a leg's audio over the bridge; when the stream ends without the call, Twilio asks `resumeUrl`. */
export function streamTwiml(options: {
  readonly streamUrl: string
  readonly callId: string
  readonly streamToken: string
  readonly resumeUrl: string
}): string {
  const response = new twilio.twiml.VoiceResponse()
  const stream = response.connect().stream({ url: options.streamUrl })
  stream.parameter({ name: 'callId', value: options.callId })
  stream.parameter({ name: 'token', value: options.streamToken })
  response.redirect({ method: 'POST' }, options.resumeUrl)
  return response.toString()
}

/** Holds the line for a moment, then asks again: the bridge is away. */
export function waitTwiml(options: { readonly first: boolean; readonly againUrl: string }): string {
  const response = new twilio.twiml.VoiceResponse()
  if (options.first) response.say('One moment please. We are connecting you again.')
  response.pause({ length: pauseSeconds })
  response.redirect({ method: 'POST' }, options.againUrl)
  return response.toString()
}

export function hangUpTwiml(words?: string): string {
  const response = new twilio.twiml.VoiceResponse()
  if (words !== undefined) response.say(words)
  response.hangup()
  return response.toString()
}

/** For a number that is not ours: the caller is not charged for a call that is never answered. */
export function rejectTwiml(): string {
  const response = new twilio.twiml.VoiceResponse()
  response.reject({ reason: 'rejected' })
  return response.toString()
}
