/**
 * Networks that a credential may be used from, in CIDR form, IPv4 and IPv6.
 *
 * An IPv4 address that comes written as IPv6 (`::ffff:203.0.113.7`) is the IPv4 address it means. Octal, hexadecimal and
 * shortened spellings are refused: they mean different addresses to different readers.
 */
import ipaddr from 'ipaddr.js'

type Parsed = readonly [ipaddr.IPv4 | ipaddr.IPv6, number]

/** @returns the network as it is kept, without host bits; null where the text is no network */
export function normaliseNetwork(text: string): string | null {
  const parsed = parseNetwork(text)
  if (parsed === null) return null
  const [, bits] = parsed
  const network =
    parsed[0].kind() === 'ipv4' ? ipaddr.IPv4.networkAddressFromCIDR(text) : ipaddr.IPv6.networkAddressFromCIDR(text)
  return `${network.toString()}/${bits}`
}

/**
 * Whether an address is in one of the networks.
 *
 * @param address as the platform tells it; what is absent or unreadable is in no network
 */
export function isInNetworks(address: string | null | undefined, networks: readonly string[]): boolean {
  if (address === null || address === undefined || !ipaddr.isValid(address)) return false
  const parsed = ipaddr.process(address)
  return networks.some((text) => {
    const network = parseNetwork(text)
    return network !== null && network[0].kind() === parsed.kind() && parsed.match(network as [ipaddr.IPv4, number])
  })
}

function parseNetwork(text: string): Parsed | null {
  const isNetwork = text.includes(':') ? ipaddr.IPv6.isValidCIDR(text) : ipaddr.IPv4.isValidCIDRFourPartDecimal(text)
  return isNetwork ? ipaddr.parseCIDR(text) : null
}
