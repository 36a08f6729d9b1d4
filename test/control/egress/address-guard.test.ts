import { describe, expect, it } from 'vitest'
import { AddressGuard, AddressRefused } from '../../../src/control/egress/address-guard.ts'

const guard = new AddressGuard({ ports: [443], allow: [] })

describe('an address that merchants may have us dial', () => {
  it.each(['93.184.216.34', '8.8.8.8', '2606:2800:220:1:248:1893:25c8:1946', '64:ff9b::808:808'])(
    '%s is public, directly or through NAT64',
    (address) => expect(guard.isOpen(address)).toBe(true),
  )

  it.each([
    ['loopback', '127.0.0.1'],
    ['loopback, anywhere in it', '127.255.255.254'],
    ['this host', '0.0.0.0'],
    ['private', '10.0.0.1'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.1.1'],
    ['carrier-grade NAT, and Alibaba’s metadata', '100.100.100.200'],
    ['link-local, and most clouds’ metadata', '169.254.169.254'],
    ['Azure’s wire server', '168.63.129.16'],
    ['Oracle’s metadata', '192.0.0.192'],
    ['benchmarking', '198.18.0.1'],
    ['documentation', '203.0.113.7'],
    ['multicast', '224.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['loopback', '::1'],
    ['unspecified', '::'],
    ['unique local, and Amazon’s metadata', 'fd00:ec2::254'],
    ['link-local', 'fe80::1'],
    ['link-local with its zone', 'fe80::1%eth0'],
    ['multicast', 'ff02::1'],
    ['documentation', '2001:db8::1'],
    ['Teredo', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
    ['6to4 around loopback', '2002:7f00:1::1'],
    ['IPv4-mapped loopback', '::ffff:127.0.0.1'],
    ['IPv4-mapped private, in hexadecimal', '::ffff:a00:1'],
    ['IPv4-mapped metadata, written out', '0:0:0:0:0:ffff:a9fe:a9fe'],
    ['IPv4-compatible loopback', '::127.0.0.1'],
    ['NAT64 around metadata', '64:ff9b::a9fe:a9fe'],
    ['NAT64 around loopback', '64:ff9b::127.0.0.1'],
    ['NAT64 for a local network', '64:ff9b:1::a00:1'],
    ['a name', 'localhost'],
    ['nothing', ''],
  ])('is not %s: %s', (_, address) => {
    expect(guard.isOpen(address)).toBe(false)
    expect(() => guard.checkAddress(address)).toThrow(AddressRefused)
  })

  it('may be in a network that the operator named, in either notation, and only there', () => {
    const open = new AddressGuard({ ports: null, allow: ['10.20.0.0/16', 'fd12::/16'] })
    expect(['10.20.3.4', '::ffff:10.20.3.4', 'fd12::1'].map((one) => open.isOpen(one))).toEqual([
      true,
      true,
      true,
    ])
    expect(['10.21.0.1', 'fd13::1', '127.0.0.1'].map((one) => open.isOpen(one))).toEqual([
      false,
      false,
      false,
    ])
  })

  it('cannot be allowed by a network that is none', () => {
    for (const network of ['10.0.0.0/33', 'example.com/8', '10.0.0/8', '::/129'])
      expect(() => new AddressGuard({ ports: null, allow: [network] })).toThrow(RangeError)
  })
})

describe('a port', () => {
  it('is one of the configured ones; null allows all', () => {
    expect(() => guard.checkPort(443)).not.toThrow()
    for (const port of [22, 25, 80, 6379, 8443]) expect(() => guard.checkPort(port)).toThrow(AddressRefused)
    expect(() => new AddressGuard({ ports: null, allow: [] }).checkPort(22)).not.toThrow()
  })
})
