package connections

import (
	"net"
	"net/netip"
)

// NetworkOf returns what counts as one address, of an address with or without a port.
// IPv6 addresses are grouped by their /64 network, because one household usually has a
// whole network.
func NetworkOf(address string) string {
	parsed := parseAddress(address)
	switch {
	case !parsed.IsValid():
		return address
	case parsed.Is4():
		return parsed.String()
	}
	network, err := parsed.Prefix(64)
	if err != nil {
		return address
	}
	return network.String()
}

// parseAddress returns the zero address for what is not one. IPv4 in IPv6 is IPv4.
func parseAddress(address string) netip.Addr {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	parsed, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	return parsed.Unmap().WithZone("")
}
