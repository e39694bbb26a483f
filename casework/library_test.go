package casework_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"recourse/casework/casetest"
	"recourse/playbook"
	"recourse/recovery"
)

// lessons are the precedents of this installation that an assessment of the
// same kind of mis-send shows, and the whole answer as it goes out.
func lessons(t *testing.T, rig *casetest.Fixture) (told []playbook.Precedent, answer string) {
	t.Helper()
	assessment, err := rig.Assess(t.Context(), playbook.AssessmentFacts{
		Platform: recovery.WeChat, Instrument: recovery.Transfer, Amount: 150_000, Reason: recovery.WrongGroup,
		Group: &recovery.Group{Kind: recovery.WorkGroup, Size: 20},
	})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(assessment)
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(assessment.Precedents, func(p playbook.Precedent) bool {
		return !strings.HasPrefix(p.ID, "lesson.")
	}), string(raw)
}

func TestALessonIsSharedAndTakenBack(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	share := func(role recovery.Role, yes bool) error {
		_, err := rig.TakeAction(t.Context(), rig.As(role), view.ID, recovery.ActionBody{Action: recovery.ShareLesson, Share: &yes})
		return err
	}
	for range 4 { // one less than the book asks for
		alike := rig.FileCase(t)
		withdraw(t, rig, alike.ID)
		yes := true
		if _, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleClaimant), alike.ID, recovery.ActionBody{Action: recovery.ShareLesson, Share: &yes}); err != nil {
			t.Fatal(err)
		}
	}
	wantCode(t, share(recovery.RoleClaimant, true), recovery.CodeActionNotAllowed) // it is open
	withdraw(t, rig, view.ID)
	if told, _ := lessons(t, rig); len(told) != 0 {
		t.Errorf("four cases are told, in which one may be recognised: %+v", told)
	}
	for _, role := range []recovery.Role{recovery.RoleAgent, recovery.RoleSupervisor, recovery.RoleLegal, recovery.RoleAdmin} {
		wantCode(t, share(role, true), recovery.CodeForbidden)
	}
	if err := share(recovery.RoleClaimant, true); err != nil {
		t.Fatal(err)
	}
	told, answer := lessons(t, rig)
	if len(told) != 1 || told[0].Story != "工作群、500–5000 元、转账，5 件：私下沟通后一般由付款人撤案，用时约 1 天。" || len(told[0].Why) == 0 {
		t.Errorf("%+v", told)
	}
	for _, personal := range []string{
		"林晓", "lin@example.org", "项目群老王", "妹妹", "已自行解决", "200000", string(view.ID), string(view.Number),
		view.SentAt.Format("2006-01-02T15:04"),
	} {
		if strings.Contains(answer, personal) {
			t.Errorf("an assessment tells others %q", personal)
		}
	}
	if err := share(recovery.RoleClaimant, false); err != nil {
		t.Fatal(err)
	}
	if told, _ := lessons(t, rig); len(told) != 0 {
		t.Errorf("taken back, and still told: %+v", told)
	}
	entries := rig.ReadEntries(t, view.ID)
	for i, want := range []bool{true, false} {
		entry := entries[len(entries)-2+i]
		if entry.Kind != recovery.EntryLessonShared || entry.Facts["share"] != want {
			t.Errorf("%+v, want share %t", entry, want)
		}
	}
}

// TestACorrectedCaseLeavesTheLessons expects a case that was closed by a mistyped return
// to leave the lessons at once when it is corrected, and to need a new permission.
func TestACorrectedCaseLeavesTheLessons(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	rig.SetNoon(1)
	view, seq := mistypeReturn(t, rig)
	yes := true
	share := recovery.ActionBody{Action: recovery.ShareLesson, Share: &yes}
	act(t, rig, recovery.RoleClaimant, view.ID, share)
	for range 4 {
		alike := rig.FileCase(t)
		withdraw(t, rig, alike.ID)
		act(t, rig, recovery.RoleClaimant, alike.ID, share)
	}
	if told, _ := lessons(t, rig); len(told) != 1 {
		t.Fatalf("five shared cases: %+v", told)
	}
	act(t, rig, recovery.RoleClaimant, view.ID, recovery.ActionBody{Action: recovery.Correct, Seq: seq, Reason: "多打了两个零"})
	if told, _ := lessons(t, rig); len(told) != 0 {
		t.Errorf("the corrected case is still a lesson: %+v", told)
	}
	withdraw(t, rig, view.ID)
	if told, _ := lessons(t, rig); len(told) != 0 || readCase(t, rig, view.ID).Shared {
		t.Errorf("closed again, and shared without a new permission: %+v", told)
	}
}

// TestSharingIsOneActPerKey: the answer of a repetition is the first one, with
// the case as it was after it.
func TestSharingIsOneActPerKey(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	withdraw(t, rig, view.ID)
	before := len(rig.ReadEntries(t, view.ID))
	yes := true
	for i := range 2 {
		reply, err := rig.TakeAction(t.Context(), keyed(rig, recovery.RoleClaimant, "k"), view.ID, recovery.ActionBody{Action: recovery.ShareLesson, Share: &yes})
		if err != nil || (i == 1) != reply.Replayed {
			t.Errorf("%d: %+v, %v", i, reply, err)
		}
	}
	c, err := rig.Store.ReadCase(t.Context(), view.ID)
	if err != nil || !c.Shared || len(rig.ReadEntries(t, view.ID)) != before+1 {
		t.Errorf("shared %t with %d entries, before %d (%v)", c.Shared, len(rig.ReadEntries(t, view.ID)), before, err)
	}
}
