import { mapped, memoryOf, room, type Sockets, system } from './sockets.ts'

/** Numbers and layouts of io_uring(7), on x64. */
const call = { setup: 425, enter: 426, register: 427 } as const
const operation = { send: 26, receive: 27 } as const
const entries = { submissions: 512, completions: 2_048, buffers: 1_024 } as const
const setUpFlags = (1 << 3) | (1 << 12) | (1 << 13)
const takesBuffer = 1 << 13
const saysNothing = 1 << 14
const multishot = 2 << 16
const hasBuffer = 1
const goesOn = 2
const noSignalNoWait = 0x4040
const isSend = -1

function openRing() {
  const told = memoryOf(128)
  told.memory.writeUInt32LE(entries.completions, 4)
  told.memory.writeUInt32LE(setUpFlags, 8)
  const fd = system(call.setup, entries.submissions, told.at)
  if (fd < 0)
    throw new Error('no io_uring here: the kernel or a seccomp filter (Docker’s, for one) refuses it')
  const word = (at: number) => told.memory.readUInt32LE(at)
  const at = { sqTail: word(44) / 4, sqArray: word(64) / 4, cqHead: word(80) / 4, cqTail: word(84) / 4 }
  const cqes = word(100) / 4
  const bytes = Math.max(word(64) + 4 * word(0), word(100) + 16 * word(4))
  const ring = new Int32Array(mapped(fd, bytes, 0n, 1))
  const entry = mapped(fd, 64 * word(0), 0x1000_0000n, 1)
  for (let n = 0; n < word(0); n++) ring[at.sqArray + n] = n
  return { fd, ring, ...at, cqes, sq: new Int32Array(entry), sqLong: new BigInt64Array(entry) }
}

/** The places that the kernel puts what arrives into, and that it is given back. */
function openBuffers(fd: number) {
  const pool = memoryOf(room * entries.buffers)
  const shared = memoryOf(16 * entries.buffers + 4_096)
  // It has to begin where a page does.
  const at = (shared.at + 4_095n) & ~4_095n
  const from = Number(at - shared.at)
  const told = memoryOf(128)
  told.memory.writeBigUInt64LE(at, 0)
  told.memory.writeUInt32LE(entries.buffers, 8)
  if (system(call.register, fd, 22, told.at, 1) < 0) throw new Error('the kernel takes no ring of buffers')
  const addresses = Array.from({ length: entries.buffers }, (_, n) => pool.at + BigInt(n * room))
  let tail = 0
  const give = (buffer: number) => {
    const entryAt = from + 16 * (tail & (entries.buffers - 1))
    shared.memory.writeBigUInt64LE(addresses[buffer]!, entryAt)
    shared.memory.writeUInt32LE(room, entryAt + 8)
    shared.memory.writeUInt16LE(buffer, entryAt + 12)
    tail = (tail + 1) & 0xffff
    shared.memory.writeUInt16LE(tail, from + 14)
  }
  for (let n = 0; n < entries.buffers; n++) give(n)
  return { addresses, give, pool: pool.memory }
}

/** Every socket waits for its packets by itself; what came is read out of the ring, and what leaves is put into it. */
export function uring(sockets: Sockets): () => void {
  const ring = openRing()
  const buffers = openBuffers(ring.fd)
  let tail = 0
  let pending = 0
  let armed = false
  const submit = (wait: number) => {
    ring.ring[ring.sqTail] = tail
    // 1: what has come is to be told of.
    system(call.enter, ring.fd, pending, 0, wait)
    pending = 0
  }
  const put = (fields: { head: number; fd: number; flags: number; mark: number; octets: number }) => {
    const at = 16 * (tail & (entries.submissions - 1))
    ring.sq.fill(0, at, at + 16)
    ring.sq[at] = fields.head
    ring.sq[at + 1] = fields.fd
    ring.sq[at + 6] = fields.octets
    ring.sq[at + 7] = fields.flags
    ring.sq[at + 8] = fields.mark
    tail++
    pending++
    if (pending === entries.submissions - 1) submit(0)
    return at
  }
  const receive = (n: number) =>
    put({
      head: operation.receive | takesBuffer | multishot,
      ...{ fd: sockets.fds[n]!, flags: 0, mark: n, octets: 0 },
    })
  const relay = (n: number, octets: number, buffer: number) => {
    const other = n ^ 1
    const from = buffer * room
    sockets.rewrite(other, 0)
    sockets.slab.copy(buffers.pool, from + 2, 2, 12)
    const at = put({
      head: operation.send | saysNothing,
      ...{ fd: sockets.fds[other]!, flags: noSignalNoWait, mark: isSend, octets },
    })
    ring.sqLong[at / 2 + 2] = buffers.addresses[buffer]!
  }
  const begin = () => {
    for (const [n] of sockets.fds.entries()) if (sockets.known[n] === 0) sockets.receiveFirst(n, 0)
    armed = !sockets.known.includes(0)
    if (armed) for (const [n] of sockets.fds.entries()) receive(n)
  }
  return () => {
    if (!armed) begin()
    submit(1)
    const used: number[] = []
    const until = ring.ring[ring.cqTail]!
    for (let head = ring.ring[ring.cqHead]!; head !== until; head++) {
      const at = ring.cqes + 4 * (head & (entries.completions - 1))
      const [n, octets, flags] = [ring.ring[at]!, ring.ring[at + 2]!, ring.ring[at + 3]!]
      if (n === isSend) continue
      if ((flags & goesOn) === 0) receive(n)
      if (octets < 12 || (flags & hasBuffer) === 0) continue
      used.push(flags >>> 16)
      relay(n, octets, flags >>> 16)
    }
    ring.ring[ring.cqHead] = until
    submit(0)
    for (const buffer of used) buffers.give(buffer)
  }
}
