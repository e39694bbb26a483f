package sandbox

import (
	"context"
	"sync"

	"recourse/recovery"
)

// slots hands out the places of a pool fairly: an account has at most half of them, at
// least one, whatever it sends.
type slots struct {
	common     chan struct{}
	perAccount int
	mutex      sync.Mutex
	accounts   map[string]*accountSlots
}

type accountSlots struct {
	places chan struct{}
	users  int // that have or wait for a place
}

func newSlots(count int) *slots {
	return &slots{common: make(chan struct{}, count), perAccount: max(1, count/2), accounts: map[string]*accountSlots{}}
}

// acquire waits for a place of the account and then for a common one. It returns the
// function that gives both back. Errors: CodeUnavailable when ctx ended first.
func (s *slots) acquire(ctx context.Context, account string) (release func(), err error) {
	own := s.join(account)
	if err := takePlace(ctx, own.places); err != nil {
		s.leave(account, own)
		return nil, err
	}
	if err := takePlace(ctx, s.common); err != nil {
		<-own.places
		s.leave(account, own)
		return nil, err
	}
	return func() {
		<-s.common
		<-own.places
		s.leave(account, own)
	}, nil
}

func (s *slots) join(account string) *accountSlots {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	own, known := s.accounts[account]
	if !known {
		own = &accountSlots{places: make(chan struct{}, s.perAccount)}
		s.accounts[account] = own
	}
	own.users++
	return own
}

func (s *slots) leave(account string, own *accountSlots) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if own.users--; own.users == 0 {
		delete(s.accounts, account)
	}
}

func takePlace(ctx context.Context, places chan struct{}) error {
	select {
	case places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return recovery.Faultf(recovery.CodeUnavailable, "Too many files are being read. Please try again in a few seconds.")
	}
}
