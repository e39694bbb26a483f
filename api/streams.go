package api

import (
	"sync"

	"recourse/connections"
	"recourse/recovery"
)

// streamTable counts the open event streams of this process: all together, by account,
// and by address of the visitor.
type streamTable struct {
	limits    connections.Limits
	mutex     sync.Mutex
	total     int
	byAccount map[string]int
	byAddress map[string]int
}

func newStreamTable(limits connections.Limits) *streamTable {
	return &streamTable{limits: limits, byAccount: map[string]int{}, byAddress: map[string]int{}}
}

// open counts a stream until release is called. Errors: CodeRateLimited when the account
// or the address has too many, CodeUnavailable when all together are too many.
func (t *streamTable) open(account, address string) (release func(), err error) {
	network := connections.NetworkOf(address)
	t.mutex.Lock()
	defer t.mutex.Unlock()
	switch {
	case t.byAccount[account] >= t.limits.StreamsPerAccount:
		return nil, recovery.Faultf(recovery.CodeRateLimited,
			"This account has %d open event streams, as many as it may. Close one of them first.", t.limits.StreamsPerAccount)
	case t.byAddress[network] >= t.limits.StreamsPerAddress:
		return nil, recovery.Faultf(recovery.CodeRateLimited,
			"This address has %d open event streams, as many as it may. Close one of them first.", t.limits.StreamsPerAddress)
	case t.total >= t.limits.Streams:
		return nil, recovery.Faultf(recovery.CodeUnavailable, "Too many event streams are open. Try again later.")
	}
	t.add(account, network, 1)
	return func() {
		t.mutex.Lock()
		defer t.mutex.Unlock()
		t.add(account, network, -1)
	}, nil
}

func (t *streamTable) add(account, network string, n int) {
	t.total += n
	addTo(t.byAccount, account, n)
	addTo(t.byAddress, network, n)
}

// addTo keeps no keys whose count is zero.
func addTo(counts map[string]int, key string, n int) {
	if counts[key] += n; counts[key] == 0 {
		delete(counts, key)
	}
}

func (t *streamTable) count() int {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return t.total
}
