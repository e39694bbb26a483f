package worker

import (
	"context"
	"sync"

	"recourse/recovery"
)

// maxActionsUnderWay limits the Updates that one process sends to one case at a time.
// The server allows ten; when one more arrives, it forgets those under way and they all
// begin again, which can take longer than callers wait. A case performs its actions one
// after the other, so a few under way are as fast as many.
const maxActionsUnderWay = 4

// caseSlots lets a few callers at a time act on each case.
type caseSlots struct {
	mutex sync.Mutex
	cases map[recovery.CaseID]*slots
}

type slots struct {
	taken   chan struct{}
	callers int // that hold a slot or wait for one
}

// acquire waits for a slot of a case. The caller must call release.
func (s *caseSlots) acquire(ctx context.Context, id recovery.CaseID) (release func(), err error) {
	of := s.joinSlots(id)
	select {
	case of.taken <- struct{}{}:
		return func() { <-of.taken; s.leaveSlots(id, of) }, nil
	case <-ctx.Done():
		s.leaveSlots(id, of)
		return nil, ctx.Err()
	}
}

func (s *caseSlots) joinSlots(id recovery.CaseID) *slots {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	of := s.cases[id]
	if of == nil {
		if s.cases == nil {
			s.cases = map[recovery.CaseID]*slots{}
		}
		of = &slots{taken: make(chan struct{}, maxActionsUnderWay)}
		s.cases[id] = of
	}
	of.callers++
	return of
}

// leaveSlots forgets the slots of a case that nobody uses.
func (s *caseSlots) leaveSlots(id recovery.CaseID, of *slots) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if of.callers--; of.callers == 0 {
		delete(s.cases, id)
	}
}
