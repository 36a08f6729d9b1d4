import { BlockList, isIP, isIPv4 } from 'node:net'
import { AppError } from '../../base/errors.ts'

/** The address is one that merchants may not have us dial: our own network, or a port that is not allowed. */
export class AddressRefused extends AppError {
  readonly code = 'ADDRESS_REFUSED'
  readonly remedy = 'fix-request'
  constructor(message = 'the address is inside a network that must not be reached from here') {
    super(message)
  }
}

/** What an operator allows, from the configuration. */
export type EgressRules = {
  /** Ports that may be dialled; null allows all. */
  readonly ports: readonly number[] | null
  /** Networks in CIDR notation that may be dialled although they are not public, for example `10.20.0.0/16`. */
  readonly allow: readonly string[]
}

/**
 * IPv4 that is not the public internet: IANA's special-purpose registry (RFC 6890), multicast and reserved. Clouds'
 * metadata services are in it (169.254.169.254; 100.100.100.200 of Alibaba; 192.0.0.192 of Oracle), except Azure's
 * wire server, which has an address that looks public.
 */
const closedIpv4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]

/** Of IPv6 only global unicast is public (RFC 4291), without what is set apart in it: tunnels and documentation. */
const globalIpv6 = '2000::/3'
const closedIpv6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']

/** NAT64 (RFC 6052): the last 32 bits are the IPv4 address that is really dialled. */
const nat64 = '64:ff9b::/96'

/** Says of an IP address whether it may be dialled. Names are the lookup's: what is checked is what is dialled. */
export class AddressGuard {
  readonly #closed = listOf([...closedIpv4, ...closedIpv6])
  readonly #global = listOf([globalIpv6])
  readonly #nat64 = listOf([nat64])
  readonly #allowed: BlockList
  readonly #ports: ReadonlySet<number> | null

  constructor({ ports, allow }: EgressRules) {
    this.#allowed = listOf(allow)
    this.#ports = ports && new Set(ports)
  }

  /** Throws AddressRefused. */
  checkPort(port: number): void {
    if (this.#ports && !this.#ports.has(port))
      throw new AddressRefused('the port is not one that may be dialled from here')
  }

  /** Throws AddressRefused. An address that cannot be read is refused too. */
  checkAddress(address: string): void {
    if (!this.isOpen(address)) throw new AddressRefused()
  }

  isOpen(address: string): boolean {
    if (isIP(address) === 0) return false
    const inside = embeddedIpv4(address, this.#nat64) ?? address
    if (contains(this.#allowed, inside)) return true
    if (contains(this.#closed, inside)) return false
    return isIPv4(inside) || contains(this.#global, inside)
  }
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', bits = ''] = network.split('/')
    const family = isIP(address)
    const most = family === 4 ? 32 : 128
    const prefix = bits === '' ? most : Number(bits)
    if (family === 0 || !Number.isInteger(prefix) || prefix < 0 || prefix > most)
      throw new RangeError('not a network in CIDR notation')
    list.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6')
  }
  return list
}

function contains(list: BlockList, address: string): boolean {
  return list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')
}

/** The IPv4 address inside of `::ffff:a.b.c.d` (RFC 4291 §2.5.5.2) or of a NAT64 address; null when there is none. */
function embeddedIpv4(address: string, nat64List: BlockList): string | null {
  if (isIPv4(address)) return null
  const groups = groupsOf(address)
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
  if (!mapped && !contains(nat64List, address)) return null
  const [high = 0, low = 0] = groups.slice(6)
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

/** The eight groups of an IPv6 address. The URL parser writes it in its one canonical form first. */
function groupsOf(address: string): number[] {
  const canonical = new URL(`http://[${address.split('%')[0]}]`).hostname.slice(1, -1)
  const [head = '', tail] = canonical.split('::')
  const read = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))
  const before = read(head)
  if (tail === undefined) return before
  const after = read(tail)
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after]
}
