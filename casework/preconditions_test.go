package casework_test

import (
	"sync"
	"testing"
	"time"

	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/recovery"
)

// fire makes n requests at once and counts their codes; "" is success.
func fire(n int, do func(i int) error) map[recovery.Code]int {
	codes := make([]recovery.Code, n)
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() {
			if err := do(i); err != nil {
				codes[i] = recovery.CodeOf(err)
			}
		})
	}
	group.Wait()
	counts := map[recovery.Code]int{}
	for _, code := range codes {
		counts[code]++
	}
	return counts
}

// TestOneChangeForEachVersion: whatever changes a case, of several changes on one
// version one is written, and every change is a new version.
func TestOneChangeForEachVersion(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	now := time.Now()
	act := func(role recovery.Role, body recovery.ActionBody) func(casework.Request, recovery.CaseID) error {
		return func(req casework.Request, id recovery.CaseID) error {
			req.Actor = rig.Actor(role)
			_, err := rig.TakeAction(t.Context(), req, id, body)
			return err
		}
	}
	amount := recovery.Money(100)
	for name, change := range map[string]func(casework.Request, recovery.CaseID) error{
		"return": act(recovery.RoleClaimant, recovery.ActionBody{Action: recovery.RecordReturn, Amount: &amount, At: &now, Channel: recovery.OriginalRoute}),
		"note":   act(recovery.RoleClaimant, recovery.ActionBody{Action: recovery.AddNote, Text: "x", Visibility: recovery.NoteShared}),
		"assign": act(recovery.RoleSupervisor, recovery.ActionBody{Action: recovery.Assign}),
		"hold": func(req casework.Request, id recovery.CaseID) error {
			req.Actor = rig.Actor(recovery.RoleLegal)
			_, err := rig.Hold(t.Context(), req, id, "诉讼中")
			return err
		},
		"particulars": func(req casework.Request, id recovery.CaseID) error {
			_, err := rig.SupplyParticulars(t.Context(), req, id, recovery.Particulars{Court: "杭州市西湖区人民法院"})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			view := rig.FileCase(t)
			counts := fire(10, func(int) error {
				req := rig.As(recovery.RoleClaimant)
				req.IfMatch = &view.Version
				return change(req, view.ID)
			})
			after, err := rig.Store.ReadCase(t.Context(), view.ID)
			if err != nil || counts[""] != 1 || counts[recovery.CodePrecondition] != 9 || after.Version != view.Version+1 {
				t.Errorf("%v, version %d after %d (%v)", counts, after.Version, view.Version, err)
			}
		})
	}
}

// TestRepliesHaveTheWrittenVersion: notes without a condition all succeed, and no two
// replies have the same version.
func TestRepliesHaveTheWrittenVersion(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	versions := make([]int64, 10)
	counts := fire(len(versions), func(i int) error {
		reply, err := rig.TakeAction(t.Context(), keyed(rig, recovery.RoleClaimant, string(rune('a'+i))), view.ID,
			recovery.ActionBody{Action: recovery.AddNote, Text: "x", Visibility: recovery.NoteShared})
		versions[i] = reply.Value.Version
		return err
	})
	seen := map[int64]bool{}
	for i, version := range versions {
		seen[version] = true
		again, err := rig.TakeAction(t.Context(), keyed(rig, recovery.RoleClaimant, string(rune('a'+i))), view.ID,
			recovery.ActionBody{Action: recovery.AddNote, Text: "x", Visibility: recovery.NoteShared})
		if err != nil || !again.Replayed || again.Value.Version != version {
			t.Errorf("repeated: version %d instead of %d (%v)", again.Value.Version, version, err)
		}
	}
	if counts[""] != len(versions) || len(seen) != len(versions) || seen[view.Version] {
		t.Errorf("%v, versions %v", counts, versions)
	}
}

// TestLimitsAtOnce: of many messages planned at once, the limit is written.
func TestLimitsAtOnce(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	rig.SetNoon(1)
	view := rig.FileCase(t)
	body := recovery.ActionBody{
		Action: recovery.PlanContact, CounterpartID: view.Counterparts[0].ID, Channel: recovery.PrivateMessage, Text: sane,
	}
	counts := fire(10, func(int) error {
		_, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleClaimant), view.ID, body)
		return err
	})
	limits := view.Contacts.Limits
	if counts[""] != limits.PerDay || counts[recovery.CodeContactLimit] != 10-limits.PerDay {
		t.Errorf("%v with a limit of %d a day", counts, limits.PerDay)
	}
}
