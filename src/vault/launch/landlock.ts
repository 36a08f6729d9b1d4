import { kernelAbi, openCloseOnExec, openPath } from './kernel-abi.ts'
import { addressOf, type Libc } from './libc.ts'

/** linux/landlock.h */
const access = { execute: 1n, readFile: 4n } as const
const createVersion = 1n
const rulePathBeneath = 1n
const bindAndConnectTcp = 3n
const abstractSocketsAndSignals = 3n

export type LandlockResult = { readonly abi: number; readonly errno: number }

/**
 * Takes from this thread, and from every process that it starts, every right on the file system but to read and execute what
 * is under `readable`, and where the kernel knows how, TCP, abstract Unix sockets and signals to others. Holds for
 * the calling thread and what that starts, so it is set in the nursery by the thread that starts card processes.
 */
export function applyLandlock(libc: Libc, readable: readonly string[]): LandlockResult {
  const kernel = kernelAbi()
  if (!kernel) return { abi: 0, errno: 38 }
  const { numbers, openDirectory } = kernel
  const abi = libc.syscall(numbers.landlock_create_ruleset!, 0n, 0n, createVersion)
  if (abi < 1) return { abi: 0, errno: -abi }
  const attributes = rulesetAttributes(abi)
  const ruleset = libc.syscall(
    numbers.landlock_create_ruleset!,
    addressOf(attributes.memory),
    BigInt(attributes.bytes),
    0n,
  )
  if (ruleset < 0) return { abi, errno: -ruleset }
  for (const path of readable) {
    const asFolder = libc.open(path, openPath | openCloseOnExec | openDirectory)
    const fd = asFolder >= 0 ? asFolder : libc.open(path, openPath | openCloseOnExec)
    // What is not on this machine needs no right.
    if (fd < 0) continue
    const rule = Buffer.alloc(128)
    rule.writeBigUInt64LE(access.execute | access.readFile, 0)
    rule.writeInt32LE(fd, 8)
    const added = libc.syscall(
      numbers.landlock_add_rule!,
      BigInt(ruleset),
      rulePathBeneath,
      addressOf(rule),
      0n,
    )
    libc.close(fd)
    if (added < 0) return { abi, errno: -added }
  }
  const restricted = libc.syscall(numbers.landlock_restrict_self!, BigInt(ruleset), 0n)
  libc.close(ruleset)
  return { abi, errno: restricted < 0 ? -restricted : 0 }
}

/** struct landlock_ruleset_attr as this kernel knows it: everything that can be handled is handled. */
function rulesetAttributes(abi: number): { memory: Buffer; bytes: number } {
  const memory = Buffer.alloc(128)
  const fileRights = abi >= 5 ? 0xffffn : abi >= 3 ? 0x7fffn : abi === 2 ? 0x3fffn : 0x1fffn
  memory.writeBigUInt64LE(fileRights, 0)
  if (abi >= 4) memory.writeBigUInt64LE(bindAndConnectTcp, 8)
  if (abi >= 6) memory.writeBigUInt64LE(abstractSocketsAndSignals, 16)
  return { memory, bytes: abi >= 6 ? 24 : abi >= 4 ? 16 : 8 }
}
