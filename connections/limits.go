package connections

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Limits are how many connections and event streams a server holds.
type Limits struct {
	Total             int // connections
	PerAddress        int // connections
	Streams           int
	StreamsPerAccount int
	StreamsPerAddress int // of the visitor, also behind a proxy
}

// maxTotal bounds the memory of connections: about 30 KB each, and as much again in
// the kernel for clients that do not read.
const maxTotal = 4096

// DefaultLimits returns the limits of a process that may open this many files. Half of
// them remain for the database, originals and child processes. One address has at most
// half of the connections.
func DefaultLimits(descriptors uint64) Limits {
	total := int(min(max(descriptors/2, 2), maxTotal))
	return Limits{Total: total, PerAddress: min(256, total/2), Streams: min(200, total/2), StreamsPerAccount: 10, StreamsPerAddress: min(50, total/2)}
}

// ParseLimits returns the limits with an operator's changes, such as
// "total=8000 per_address=500 streams_per_account=20".
func ParseLimits(settings string, descriptors uint64) (Limits, error) {
	limits := DefaultLimits(descriptors)
	fields := map[string]*int{
		"total": &limits.Total, "per_address": &limits.PerAddress, "streams": &limits.Streams,
		"streams_per_account": &limits.StreamsPerAccount, "streams_per_address": &limits.StreamsPerAddress,
	}
	for setting := range strings.FieldsSeq(settings) {
		name, value, _ := strings.Cut(setting, "=")
		if fields[name] == nil {
			return Limits{}, fmt.Errorf("%q is unknown; use %s", setting, strings.Join(slices.Sorted(maps.Keys(fields)), ", "))
		}
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 {
			return Limits{}, fmt.Errorf("%q needs a number of 1 or more, such as %s=100", setting, name)
		}
		*fields[name] = n
	}
	return limits, limits.check(descriptors)
}

// check refuses limits that the process cannot keep.
func (l Limits) check(descriptors uint64) error {
	switch {
	case uint64(l.Total) >= descriptors:
		return fmt.Errorf("total=%d needs more than the %d files that this process may open; raise that limit (ulimit -n) or use a smaller total", l.Total, descriptors)
	case l.PerAddress > l.Total:
		return fmt.Errorf("per_address=%d is more than total=%d; use at most half of it, so that one address leaves room for others", l.PerAddress, l.Total)
	case l.Streams > l.Total:
		return fmt.Errorf("streams=%d is more than total=%d; use at most half of it, so that streams leave room for requests", l.Streams, l.Total)
	}
	return nil
}
