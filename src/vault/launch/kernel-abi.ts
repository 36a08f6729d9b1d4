/** Numbers of the Linux system calls that the sandbox names, for one architecture. */
export type KernelAbi = {
  /** AUDIT_ARCH_* of linux/audit.h. */
  readonly auditArch: number
  /** O_DIRECTORY differs; O_PATH and O_CLOEXEC do not. */
  readonly openDirectory: number
  readonly numbers: Readonly<Record<string, number>>
}

export const openPath = 0o10000000
export const openCloseOnExec = 0o2000000

/** Reads `name number, name number, …`. */
function table(text: string): Readonly<Record<string, number>> {
  const rows = text.split(',').map((row) => row.trim().split(' '))
  return Object.fromEntries(rows.map(([name, number]) => [name, Number(number)]))
}

/** linux/arch/x86/entry/syscalls/syscall_64.tbl */
const x64: KernelAbi = {
  auditArch: 0xc000003e,
  openDirectory: 0o200000,
  numbers: table(`
    read 0, write 1, close 3, fstat 5, poll 7, lseek 8, mmap 9, mprotect 10, munmap 11, brk 12,
    rt_sigaction 13, rt_sigprocmask 14, rt_sigreturn 15, ioctl 16, readv 19, writev 20, sched_yield 24,
    mremap 25, madvise 28, nanosleep 35, getpid 39, socket 41, connect 42, sendto 44, recvfrom 45,
    sendmsg 46, recvmsg 47, shutdown 48, getsockname 51, getpeername 52, setsockopt 54, getsockopt 55,
    clone 56, fork 57, execve 59, exit 60, kill 62, fcntl 72, getrusage 98, sysinfo 99, times 100,
    ptrace 101, getuid 102, getgid 104, geteuid 107, getegid 108, getppid 110, sigaltstack 131,
    prctl 157, gettid 186, futex 202, sched_getaffinity 204, restart_syscall 219, clock_gettime 228,
    clock_getres 229, clock_nanosleep 230, exit_group 231, epoll_wait 232, epoll_ctl 233, openat 257,
    set_robust_list 273, epoll_pwait 281, eventfd2 290, process_vm_readv 310, seccomp 317,
    getrandom 318, memfd_create 319, membarrier 324, pkey_mprotect 329, pkey_alloc 330, pkey_free 331,
    rseq 334, io_uring_setup 425, clone3 435, epoll_pwait2 441, landlock_create_ruleset 444,
    landlock_add_rule 445, landlock_restrict_self 446`),
}

/** linux/include/uapi/asm-generic/unistd.h */
const arm64: KernelAbi = {
  auditArch: 0xc00000b7,
  openDirectory: 0o40000,
  numbers: table(`
    eventfd2 19, epoll_ctl 21, epoll_pwait 22, fcntl 25, ioctl 29, openat 56, close 57, lseek 62,
    read 63, write 64, readv 65, writev 66, ppoll 73, fstat 80, exit 93, exit_group 94, futex 98,
    set_robust_list 99, nanosleep 101, clock_gettime 113, clock_getres 114, clock_nanosleep 115,
    ptrace 117, sched_getaffinity 123, sched_yield 124, restart_syscall 128, kill 129, sigaltstack 132,
    rt_sigaction 134, rt_sigprocmask 135, rt_sigreturn 139, times 153, getrusage 165, prctl 167,
    getpid 172, getppid 173, getuid 174, geteuid 175, getgid 176, getegid 177, gettid 178, sysinfo 179,
    socket 198, connect 203, getsockname 204, getpeername 205, sendto 206, recvfrom 207, setsockopt 208,
    getsockopt 209, shutdown 210, sendmsg 211, recvmsg 212, brk 214, munmap 215, mremap 216, clone 220,
    execve 221, mmap 222, mprotect 226, madvise 233, process_vm_readv 270, seccomp 277, getrandom 278,
    memfd_create 279, membarrier 283, pkey_mprotect 288, pkey_alloc 289, pkey_free 290, rseq 293,
    io_uring_setup 425, clone3 435, epoll_pwait2 441, landlock_create_ruleset 444,
    landlock_add_rule 445, landlock_restrict_self 446`),
}

const abis: Readonly<Record<string, KernelAbi>> = { x64, arm64 }

/** Undefined for an architecture that nobody has written down. */
export function kernelAbi(arch: string = process.arch): KernelAbi | undefined {
  return abis[arch]
}
