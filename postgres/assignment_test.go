package postgres_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"recourse/evidence/journal"
	"recourse/postgres"
	"recourse/recovery"
)

// deskSeat makes an account of the desk that is given up to so many cases.
func deskSeat(t testing.TB, s *postgres.Store, role recovery.Role, capacity int) recovery.UserID {
	t.Helper()
	user := must[recovery.User](t)(s.EnsureUser(t.Context(), account(newID(t)+"@example.test", role)))
	err := s.SetCapacity(t.Context(), user.ID, capacity)
	if role != recovery.RoleAgent {
		wantCode(t, err, recovery.CodeNotFound) // only agents are given cases by turns
	} else if err != nil {
		t.Fatal(err)
	}
	return user.ID
}

// hand writes a step that gives a case to a role and tells who has it then.
func hand(t testing.TB, s *postgres.Store, c recovery.Case, role recovery.Role, minute int) recovery.UserID {
	t.Helper()
	d := draft(recovery.EntryAppealSubmitted, fmt.Sprintf("step-%d", minute))
	d.At = noon.Add(time.Duration(minute) * time.Minute)
	w := postgres.StepWrite{CaseID: c.ID, Next: c.Position, Deadlines: c.Deadlines, AssignTo: role, Drafts: []journal.Draft{d}}
	if _, err := s.WriteStep(t.Context(), w); err != nil {
		t.Error(err)
	}
	got, err := s.ReadCase(t.Context(), c.ID)
	if err != nil {
		t.Error(err)
	}
	return got.Assignee
}

func TestAgentsAreGivenCasesByTurns(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	agents := []recovery.UserID{deskSeat(t, b.Store, recovery.RoleAgent, 2), deskSeat(t, b.Store, recovery.RoleAgent, 2)}
	deskSeat(t, b.Store, recovery.RoleAgent, 0) // out of the round
	deskSeat(t, b.Store, recovery.RoleLegal, 5)
	away := deskSeat(t, b.Store, recovery.RoleAgent, 5)
	if err := b.sql(t, "update users set active = false where id = $1", away); err != nil {
		t.Fatal(err)
	}
	var cases []recovery.Case
	var got []recovery.UserID
	for i := range 5 {
		c := file(t, b.Store)
		cases, got = append(cases, c), append(got, hand(t, b.Store, c, recovery.RoleAgent, i))
	}
	slices.Sort(agents)
	want := []recovery.UserID{agents[0], agents[1], agents[0], agents[1], ""} // the last finds nobody with room
	if !slices.Equal(got, want) {
		t.Fatalf("given to %v, want %v", got, want)
	}
	closeCase(t, b.Store, cases[1])
	if again := hand(t, b.Store, cases[4], recovery.RoleAgent, 9); again != agents[1] {
		t.Errorf("the room of a closed case was given to %q", again)
	}
}

// TestManyAtOnceStayWithinCapacity gives out as many cases at once as there is
// room for: none is left over and nobody gets more than they have room for.
func TestManyAtOnceStayWithinCapacity(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	room := map[recovery.UserID]int{}
	for _, capacity := range []int{1, 3, 4} {
		room[deskSeat(t, b.Store, recovery.RoleAgent, capacity)] = capacity
	}
	given := make([]recovery.UserID, 10)
	var group sync.WaitGroup
	for i := range given {
		c := file(t, b.Store)
		group.Go(func() { given[i] = hand(t, b.Store, c, recovery.RoleAgent, 0) })
	}
	group.Wait()
	for _, id := range given {
		room[id]--
	}
	for id, left := range room {
		if id != "" && left != 0 {
			t.Errorf("%s has room for %d more", id, left)
		}
	}
	if room[""] != -2 {
		t.Errorf("%d cases were given to nobody, want 2", -room[""])
	}
}

func TestAnAgentKeepsTheirCase(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	deskSeat(t, b.Store, recovery.RoleAgent, 5)
	c := file(t, b.Store, func(c *recovery.Case) { c.Assignee = "agent-9" })
	if got := hand(t, b.Store, c, recovery.RoleAgent, 0); got != "agent-9" {
		t.Errorf("given to %s", got)
	}
}

func TestABreachGoesToTheSupervisorWithTheFewest(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	busy, free := deskSeat(t, b.Store, recovery.RoleSupervisor, 0), deskSeat(t, b.Store, recovery.RoleSupervisor, 0)
	file(t, b.Store, func(c *recovery.Case) { c.Assignee = busy })
	late := file(t, b.Store, func(c *recovery.Case) { c.Assignee = "agent-9" })
	if got := hand(t, b.Store, late, recovery.RoleSupervisor, 0); got != free {
		t.Fatalf("given to %s, want %s", got, free)
	}
	entries := must[[]journal.StoredEntry](t)(b.ReadJournal(t.Context(), late.ID, 2, 0))
	entry := must[journal.Entry](t)(journal.ParseEntry(entries[0].Record.Bytes))
	if entry.Kind != recovery.EntryAssigned || entry.Facts["user_id"] != string(free) ||
		entry.Facts["because"] != string(recovery.EntryAppealSubmitted) || entry.Facts["from"] != "agent-9" {
		t.Errorf("journalled as %+v", entry)
	}
	if got := hand(t, b.Store, late, recovery.RoleSupervisor, 1); got != free {
		t.Errorf("a second breach took it from the supervisor who has it, to %s", got)
	}
	verifyChain(t, b.Store, late.ID)
}

func TestCapacityOfNobody(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	wantCode(t, b.SetCapacity(t.Context(), "nobody", 3), recovery.CodeNotFound)
}
