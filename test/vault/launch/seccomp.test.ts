import { describe, expect, it } from 'vitest'
import { type KernelAbi, kernelAbi } from '../../../src/vault/launch/kernel-abi.ts'
import { cardFilter, launchFilter } from '../../../src/vault/launch/seccomp.ts'

type Call = { readonly arch: number; readonly number: number; readonly first?: number }

/** Runs a filter as the kernel does (the five instructions that are used). */
function run(filter: Buffer, { arch, number, first = 0 }: Call): number {
  const data = new Map([
    [0, number],
    [4, arch],
    [16, first],
  ])
  let loaded = 0
  for (let at = 0; at < filter.length / 8; at++) {
    const line = filter.subarray(at * 8, at * 8 + 8)
    const value = line.readUInt32LE(4)
    const jump = (taken: boolean) => {
      at += line.readUInt8(taken ? 2 : 3)
    }
    switch (line.readUInt16LE(0)) {
      case 0x20:
        loaded = data.get(value)!
        break
      case 0x15:
        jump(loaded === value)
        break
      case 0x45:
        jump((loaded & value) !== 0)
        break
      case 0x06:
        return value
      default:
        throw new Error('an instruction that the filter has no business with')
    }
  }
  throw new Error('the filter ran off its end')
}

const allow = 0x7fff0000
const refuse = 0x00050001
const unknownCall = 0x00050026
const kill = 0x80000000

describe.each(['x64', 'arm64'])('the filter of a card process on %s', (arch) => {
  const abi = kernelAbi(arch) as KernelAbi
  const ask = (name: string, first?: number) =>
    run(cardFilter(abi), {
      arch: abi.auditArch,
      number: abi.numbers[name]!,
      ...(first === undefined ? {} : { first }),
    })

  it.each(['read', 'write', 'sendmsg', 'recvmsg', 'futex', 'epoll_ctl', 'mmap', 'exit_group'])(
    'allows %s',
    (name) => expect(ask(name)).toBe(allow),
  )

  it.each([
    'socket',
    'connect',
    'openat',
    'execve',
    'ptrace',
    'process_vm_readv',
    'memfd_create',
    'kill',
    'seccomp',
  ])('refuses %s', (name) => expect(ask(name)).toBe(refuse))

  it('lets a thread be made and no process', () => {
    expect(ask('clone', 0x3d0f00)).toBe(allow)
    expect(ask('clone', 0x01200011)).toBe(refuse)
    expect(ask('clone3')).toBe(unknownCall)
  })

  it('lets a process name its threads and not become dumpable again', () => {
    expect(ask('prctl', 15)).toBe(allow)
    expect(ask('prctl', 4)).toBe(refuse)
  })

  it('refuses every number that nobody wrote down, and ends another architecture', () => {
    for (let number = 440; number < 2_000; number++) {
      if (Object.values(abi.numbers).includes(number)) continue
      expect(run(cardFilter(abi), { arch: abi.auditArch, number })).toBe(refuse)
    }
    expect(run(cardFilter(abi), { arch: 0x40000003, number: 1 })).toBe(kill)
    expect(run(cardFilter(abi), { arch: abi.auditArch, number: 0x40000000 })).toBe(refuse)
  })

  it('is preceded by one that only keeps libuv from making a ring', () => {
    const first = (name: string) =>
      run(launchFilter(abi), { arch: abi.auditArch, number: abi.numbers[name]! })
    expect(first('io_uring_setup')).toBe(unknownCall)
    expect(first('execve')).toBe(allow)
  })
})
