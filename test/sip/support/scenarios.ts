/** SIPp scenarios, put together from steps. */

const head = '<?xml version="1.0" encoding="ISO-8859-1" ?>\n'

export type SdpOptions = {
  readonly port: string
  readonly codecs?: string
  readonly direction?: string
  readonly version?: number
  readonly events?: number
  /** An `a=crypto` line: the media are SRTP. */
  readonly crypto?: string
}

export function sdp(options: SdpOptions): string {
  const { port, codecs = '0', direction, version = 1, events = 101, crypto } = options
  return [
    'v=0',
    `o=party 1 ${version} IN IP4 [local_ip]`,
    's=-',
    'c=IN IP4 [media_ip]',
    't=0 0',
    `m=audio ${port} RTP/${crypto ? 'S' : ''}AVP ${codecs} ${events}`,
    ...(crypto ? [crypto] : []),
    ...(codecs.includes('8') ? ['a=rtpmap:8 PCMA/8000'] : []),
    ...(codecs.includes('0') ? ['a=rtpmap:0 PCMU/8000'] : []),
    `a=rtpmap:${events} telephone-event/8000`,
    `a=fmtp:${events} 0-16`,
    'a=ptime:20',
    ...(direction ? [`a=${direction}`] : []),
    '',
  ].join('\n')
}

/** A request within the caller's dialog. */
function request(method: string, cseq: number, body?: { type: string; text: string }): string {
  return `<send${method === 'ACK' ? '' : ' retrans="500"'}><![CDATA[
${method} [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[routes]
From: "Caller" <sip:+447700900123@[local_ip]:[local_port]>;tag=[call_number]c
To: <sip:1000@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: ${cseq} ${method}
Contact: <sip:caller@[local_ip]:[local_port]>
Max-Forwards: 70
${body ? `Content-Type: ${body.type}\n` : ''}Content-Length: ${body ? '[len]' : '0'}

${body?.text ?? ''}
]]></send>`
}

const recvOk =
  '<recv response="100" optional="true"/><recv response="180" optional="true"/><recv response="183" optional="true"/><recv response="200" rrs="true"/>'

export const step = {
  invite: (description: string, { to = '1000', header = '' } = {}) => `<send retrans="500"><![CDATA[
INVITE sip:${to}@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: "Caller" <sip:+447700900123@[local_ip]:[local_port]>;tag=[call_number]c
To: <sip:1000@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:caller@[local_ip]:[local_port]>
Max-Forwards: 70
${header ? `${header}\n` : ''}Content-Type: application/sdp
Content-Length: [len]

${description}
]]></send>
${recvOk}
${request('ACK', 1)}`,
  reinvite: (cseq: number, description: string) =>
    `${request('INVITE', cseq, { type: 'application/sdp', text: description })}
${recvOk}
${request('ACK', cseq)}`,
  playPcap: (file: string) => `<nop><action><exec play_pcap_audio="${file}"/></action></nop>`,
  pause: (ms: number) => `<pause milliseconds="${Math.round(ms)}"/>`,
  info: (cseq: number, key: string) =>
    `${request('INFO', cseq, { type: 'application/dtmf-relay', text: `Signal=${key}\nDuration=160\n` })}
<recv response="200"/>`,
  /** Answers a change that the other side asks for. */
  recvChange: (description: string) => `<recv request="INVITE"/>
${answerAgain('200 OK', description)}
<recv request="ACK"/>`,
  bye: (cseq: number) => `${request('BYE', cseq)}\n<recv response="200"/>`,
  recvBye: () => `<recv request="BYE"/>
<send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>`,
}

/** The caller: makes the call, and does the steps. */
export function callerScenario(steps: readonly string[]): string {
  return `${head}<scenario name="caller">\n${steps.join('\n')}\n</scenario>\n`
}

type Told = { readonly agent?: string; readonly record?: string }

function answer(status: string, description?: string, { agent, record }: Told = {}): string {
  return `<send><![CDATA[
SIP/2.0 ${status}
[last_Via:]
[last_Record-Route:]
[last_From:]
[last_To:];tag=[call_number]p
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[local_ip]:[local_port]>
${agent ? `P-Asserted-Identity: <sip:${agent}@[local_ip]>\n` : ''}${record ? `X-Tonewall-Record: ${record}\n` : ''}${description ? 'Content-Type: application/sdp\n' : ''}Content-Length: ${description ? '[len]' : '0'}

${description ?? ''}
]]></send>`
}

/** Within the dialog the To header has its tag already. */
function answerAgain(status: string, description?: string): string {
  return answer(status, description).replace('[last_To:];tag=[call_number]p', '[last_To:]')
}

export const pbx = {
  /** Answers an INVITE for this number whose description nobody has changed: its port is still `port`. */
  answerAsIs: (
    description: string,
    { to, port }: { to: string; port: string },
  ) => `<recv request="INVITE" rrs="true"><action>
<ereg regexp="^INVITE sip:${to}@" search_in="msg" check_it="true" assign_to="1"/>
<ereg regexp="m=audio ${port} " search_in="body" check_it="true" assign_to="2"/>
<log message="[$1] [$2]"/>
</action></recv>
${answer('200 OK', description)}
<recv request="ACK"/>`,
  /** A key that the other side tells of. */
  recvInfo: (key: string) => `<recv request="INFO"><action>
<ereg regexp="Signal=${key}" search_in="body" check_it="true" assign_to="3"/>
<log message="[$3]"/>
</action></recv>
${answerAgain('200 OK')}`,
  /** `agent`: whom the PBX says it put the call through to; `record`: which record of the CRM the call is about. */
  answer: (description: string, told: Told = {}) => `<recv request="INVITE" rrs="true"><action>
<ereg regexp="call_[0-9a-z]+" search_in="hdr" header="X-Tonewall-Call:" check_it="true" assign_to="1"/>
<ereg regexp=".*" search_in="hdr" header="From:" check_it="true" assign_to="2"/>
<log message="call [$1] of [$2]"/>
</action></recv>
<send><![CDATA[
SIP/2.0 180 Ringing
[last_Via:]
[last_Record-Route:]
[last_From:]
[last_To:];tag=[call_number]p
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
<pause milliseconds="100"/>
${answer('200 OK', description, told)}
<recv request="ACK"/>`,
  reinvite: (description: string) => `<recv request="INVITE"/>
${answerAgain('200 OK', description)}
<recv request="ACK"/>`,
  /** The PBX asks for a change of its own. */
  change: (cseq: number, description: string) => `<send retrans="500"><![CDATA[
INVITE [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[routes]
From: <sip:1000@[local_ip]:[local_port]>;tag=[call_number]p
To:[$2]
Call-ID: [call_id]
CSeq: ${cseq} INVITE
Contact: <sip:[local_ip]:[local_port]>
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: [len]

${description}
]]></send>
<recv response="100" optional="true"/><recv response="200"/>
<send><![CDATA[
ACK [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[routes]
From: <sip:1000@[local_ip]:[local_port]>;tag=[call_number]p
To:[$2]
Call-ID: [call_id]
CSeq: ${cseq} ACK
Max-Forwards: 70
Content-Length: 0

]]></send>`,
  recvBye: () => `<recv request="BYE"/>
${answerAgain('200 OK')}`,
  pause: (ms: number) => `<pause milliseconds="${ms}"/>`,
  info: (cseq: number, key: string) => `<send retrans="500"><![CDATA[
INFO [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[routes]
From: <sip:1000@[local_ip]:[local_port]>;tag=[call_number]p
To:[$2]
Call-ID: [call_id]
CSeq: ${cseq} INFO
Max-Forwards: 70
Content-Type: application/dtmf-relay
Content-Length: [len]

Signal=${key}
Duration=160

]]></send>
<recv response="200"/>`,
  bye: (cseq = 1) => `<send retrans="500"><![CDATA[
BYE [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[routes]
From: <sip:1000@[local_ip]:[local_port]>;tag=[call_number]p
To:[$2]
Call-ID: [call_id]
CSeq: ${cseq} BYE
Max-Forwards: 70
Content-Length: 0

]]></send>
<recv response="200"/>`,
}

/** The PBX: answers one call, and does the steps. */
export function pbxScenario(steps: readonly string[]): string {
  return `${head}<scenario name="pbx">\n${steps.join('\n')}\n</scenario>\n`
}
