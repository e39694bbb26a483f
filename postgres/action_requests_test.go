package postgres_test

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"recourse/postgres"
	"recourse/postgres/pgtest"
	"recourse/recovery"
)

func staged(t testing.TB, c recovery.Case, key string) recovery.ActionRequest {
	t.Helper()
	sentAt, inGroup := noon, true
	return recovery.ActionRequest{
		ID: recovery.RequestID(newID(t)), CaseID: c.ID, Actor: recovery.Actor{Role: recovery.RoleClaimant, ID: "owner-1"},
		Act: recovery.ActionBody{
			Action: recovery.RecordContact, Channel: recovery.GroupMessage, Text: "请退还误发的红包", SentAt: &sentAt, InGroup: &inGroup,
		},
		Key: key, Fingerprint: "print", Device: "phone", Attempt: 1, State: recovery.RequestStaged,
	}
}

func TestStoreActionKeepsEverything(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	want := staged(t, file(t, s), "k")
	for _, got := range []recovery.ActionRequest{
		must[recovery.ActionRequest](t)(s.StoreAction(t.Context(), want)),
		must[recovery.ActionRequest](t)(s.ActionRequest(t.Context(), want.ID)),
	} {
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	_, err := s.ActionRequest(t.Context(), "nobody's")
	wantCode(t, err, recovery.CodeNotFound)
	orphan := staged(t, recovery.Case{ID: "nobody's"}, "k2")
	_, err = s.StoreAction(t.Context(), orphan)
	wantCode(t, err, recovery.CodeNotFound)
}

func TestStoreActionIsIdempotent(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := file(t, b.Store)
	ids := make([]recovery.RequestID, 8)
	var group sync.WaitGroup
	for i := range ids {
		group.Go(func() {
			r, err := b.StoreAction(t.Context(), staged(t, c, "k"))
			if err != nil {
				t.Error(err)
			}
			ids[i] = r.ID
		})
	}
	group.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Errorf("got ids %v, want one", ids)
		}
	}
	other := staged(t, c, "k")
	other.Fingerprint = "another"
	_, err := b.StoreAction(t.Context(), other)
	wantCode(t, err, recovery.CodeIdempotency)
	somebody := staged(t, c, "k")
	somebody.Actor.ID = "agent-1"
	if r := must[recovery.ActionRequest](t)(b.StoreAction(t.Context(), somebody)); r.ID != somebody.ID {
		t.Error("one person's key answers another")
	}
	for range 2 {
		keyless := staged(t, c, "")
		if r := must[recovery.ActionRequest](t)(b.StoreAction(t.Context(), keyless)); r.ID != keyless.ID {
			t.Error("acts without a key answer each other")
		}
	}
}

func TestLifeOfARequest(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	c := file(t, s)
	first := must[recovery.ActionRequest](t)(s.StoreAction(t.Context(), staged(t, c, "k")))
	for range 2 {
		if abandoned := must[bool](t)(s.AbandonAction(t.Context(), first.ID)); !abandoned {
			t.Error("not abandoned")
		}
	}
	second := must[recovery.ActionRequest](t)(s.StoreAction(t.Context(), staged(t, c, "k")))
	if second.ID != first.ID || second.Attempt != 2 || second.State != recovery.RequestStaged {
		t.Errorf("staged again as %+v", second)
	}
	w := postgres.StepWrite{CaseID: c.ID, Request: second.ID, Attempt: 2, Drafts: drafts(recovery.EntryContactRecorded, "s"), Next: c.Position}
	must[postgres.StepResult](t)(s.WriteStep(t.Context(), w))
	for _, answer := range []string{"first", "second"} {
		if err := s.FinishAction(t.Context(), first.ID, []byte(answer)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.DeleteAction(t.Context(), first.ID); err != nil {
		t.Fatal(err)
	}
	third := must[recovery.ActionRequest](t)(s.StoreAction(t.Context(), staged(t, c, "k")))
	if third.ID != first.ID || third.State != recovery.RequestApplied || string(third.Answer) != "first" || third.Attempt != 2 {
		t.Errorf("after it was applied: %+v", third)
	}
}

func TestDroppedRequestsFreeTheirKey(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	c := file(t, s)
	first := must[recovery.ActionRequest](t)(s.StoreAction(t.Context(), staged(t, c, "k")))
	for range 2 {
		if err := s.DeleteAction(t.Context(), first.ID); err != nil {
			t.Fatal(err)
		}
	}
	wantCode(t, s.FinishAction(t.Context(), first.ID, nil), recovery.CodeNotFound)
	if abandoned := must[bool](t)(s.AbandonAction(t.Context(), first.ID)); abandoned {
		t.Error("a dropped act was abandoned")
	}
	second := must[recovery.ActionRequest](t)(s.StoreAction(t.Context(), staged(t, c, "k")))
	if second.ID == first.ID || second.Attempt != 1 {
		t.Errorf("got %+v, want a new row", second)
	}
}

func TestStagingAndDroppingTogether(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	c := file(t, s)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 15 {
				r, err := s.StoreAction(t.Context(), staged(t, c, "k"))
				if err != nil {
					t.Error(err)
					return
				}
				if err := s.DeleteAction(t.Context(), r.ID); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
}
