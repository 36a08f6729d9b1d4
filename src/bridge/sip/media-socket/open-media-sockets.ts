import { dgramSockets } from './dgram-socket.ts'
import { openLibc } from './libc.ts'
import type { MediaSockets, Straight } from './media-socket.ts'
import { NativeSockets } from './native-sockets.ts'

/** Node's ffi calls without a detour on these, and the layouts of structures are known to us. */
const architectures = ['x64', 'arm64']

/** The sockets that are wanted; Node's own where native ones are not to be had. */
export function openMediaSockets(wanted: MediaSockets['kind'], straight?: Straight): MediaSockets {
  if (wanted === 'dgram' || process.platform !== 'linux' || !architectures.includes(process.arch))
    return dgramSockets
  const libc = openLibc()
  return libc ? new NativeSockets(libc, straight) : dgramSockets
}
