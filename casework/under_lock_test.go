package casework_test

import (
	"context"
	"testing"
	"time"

	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/recovery"
)

// TestActionsAreDecidedUnderTheLock changes the case after casework has checked an
// action and before its step is written. The step is refused and leaves nothing.
func TestActionsAreDecidedUnderTheLock(t *testing.T) { //nolint:tparallel // the subtests share a clock
	t.Parallel()
	rig := casetest.New(t)
	money, now := recovery.Money(100), rig.Now()
	returned := recovery.ActionBody{Action: recovery.RecordReturn, Amount: &money, At: &now, Channel: recovery.ByWeChat}
	friend := rig.NewActor(t, recovery.RoleClaimant)
	asFriend := casework.Request{Actor: friend, Device: "test"}
	endHandOver := func(c casework.View) {
		act(t, rig, recovery.RoleClaimant, c.ID, recovery.ActionBody{Action: recovery.HandOver, Reason: "办完了"})
	}
	eraseCase := func(c casework.View) {
		if _, err := erase(t, rig, recovery.RoleClaimant, c.ID); err != nil {
			t.Error(err)
		}
	}
	handedOver := func() casework.View {
		c := rig.FileCase(t)
		if err := handOver(rig, t, c, friend.ID); err != nil {
			t.Fatal(err)
		}
		return c
	}
	for name, test := range map[string]struct {
		file   func() casework.View
		as     casework.Request
		body   recovery.ActionBody
		change func(casework.View)
		want   recovery.Code
	}{
		"no longer the representative":          {handedOver, asFriend, returned, endHandOver, recovery.CodeNotFound},
		"no longer the representative, amended": {handedOver, asFriend, recovery.ActionBody{Action: recovery.AmendFacts, Instrument: recovery.LuckyPacket}, endHandOver, recovery.CodeNotFound},
		"restricted":                            {func() casework.View { return closed(t, rig, 1) }, rig.As(recovery.RoleAgent), returned, eraseCase, recovery.CodeActionNotAllowed},
		"erased":                                {func() casework.View { return closed(t, rig, 5) }, rig.As(recovery.RoleLegal), returned, eraseCase, recovery.CodeActionNotAllowed},
		"erased, with a name": {
			func() casework.View { return closed(t, rig, 5) }, rig.As(recovery.RoleLegal),
			recovery.ActionBody{Action: recovery.AddCounterpart, Alias: "小陈"}, eraseCase, recovery.CodeActionNotAllowed,
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := test.file()
			entries := 0
			rig.Engine.Before = func() {
				test.change(c)
				entries = len(rig.ReadEntries(t, c.ID))
			}
			_, err := rig.TakeAction(t.Context(), test.as, c.ID, test.body)
			wantCode(t, err, test.want)
			if after := len(rig.ReadEntries(t, c.ID)); entries == 0 || after != entries {
				t.Errorf("%d entries after %d", after, entries)
			}
			if n := rig.CountRows(t, "action_requests where case_id = $1 and state <> 'applied'", c.ID); n != 0 {
				t.Errorf("%d refused requests are stored", n)
			}
		})
	}
}

// TestCorrectionsAreDecidedUnderTheLock expects the same of a correction.
func TestCorrectionsAreDecidedUnderTheLock(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	c, friend := rig.FileCase(t), rig.NewActor(t, recovery.RoleClaimant)
	if err := handOver(rig, t, c, friend.ID); err != nil {
		t.Fatal(err)
	}
	asFriend := casework.Request{Actor: friend, Device: "test"}
	if _, err := rig.TakeAction(t.Context(), asFriend, c.ID, recovery.ActionBody{Action: recovery.AddNote, Text: "x", Visibility: recovery.NoteShared}); err != nil {
		t.Fatal(err)
	}
	entries := rig.ReadEntries(t, c.ID)
	rig.Engine.Before = func() {
		act(t, rig, recovery.RoleClaimant, c.ID, recovery.ActionBody{Action: recovery.HandOver, Reason: "办完了"})
	}
	_, err := rig.TakeAction(t.Context(), asFriend, c.ID, recovery.ActionBody{Action: recovery.Correct, Seq: entries[len(entries)-1].Seq, Reason: "写错了"})
	wantCode(t, err, recovery.CodeNotFound)
	if lastKind(t, rig, c.ID) != recovery.EntryHandedOver {
		t.Error("the correction was written")
	}
}

// TestAnswersNeedTheirOwnLink revokes or replaces a link after the answer was checked.
func TestAnswersNeedTheirOwnLink(t *testing.T) { //nolint:tparallel // the subtests share a clock
	t.Parallel()
	rig := casetest.New(t)
	for name, end := range map[string]func(casework.View, recovery.Link) error{
		"revoked": func(c casework.View, link recovery.Link) error {
			return rig.RevokeLink(context.Background(), rig.As(recovery.RoleClaimant), c.ID, link.ID)
		},
		"replaced": func(c casework.View, link recovery.Link) error {
			_, err := rig.IssueLink(context.Background(), rig.As(recovery.RoleClaimant), c.ID, link.CounterpartID, 0)
			return err
		},
		"expired": func(casework.View, recovery.Link) error {
			rig.SetClock(time.Now().AddDate(0, 2, 0))
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			rig.SetClock(time.Now())
			c := rig.FileCase(t)
			link := issueLink(t, rig, c.ID, c.Counterparts[0].ID)
			req := casework.Request{Actor: casework.CounterpartActor(link), Device: "test"}
			refused := recovery.ActionBody{Action: recovery.RecordResponse, Kind: string(recovery.Promised)}
			rig.Engine.Before = func() {
				if err := end(c, link); err != nil {
					t.Error(err)
				}
			}
			_, err := rig.TakeCounterpartAction(t.Context(), req, link, refused)
			wantCode(t, err, recovery.CodeLinkEnded)
			if after := readCase(t, rig, c.ID); after.Counterparts[0].Answer != "" {
				t.Errorf("the answer is %q", after.Counterparts[0].Answer)
			}
		})
	}
}

func issueLink(t *testing.T, rig *casetest.Fixture, id recovery.CaseID, to recovery.CounterpartID) recovery.Link {
	t.Helper()
	issued, err := rig.IssueLink(t.Context(), rig.As(recovery.RoleClaimant), id, to, 0)
	if err != nil {
		t.Fatal(err)
	}
	link, err := rig.FindLink(t.Context(), issued.Value.Token)
	if err != nil {
		t.Fatal(err)
	}
	return link
}

// TestOneAdoptionAtOnce expects one of many adoptions of a row to be written, and its
// repetition with the same key to get the first answer.
func TestOneAdoptionAtOnce(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	filed := rig.FileCase(t)
	file := uploadBill(t, rig, filed.ID, filed.SentAt.Add(4*time.Minute))
	adopt := recovery.ActionBody{Action: recovery.AdoptMatch, EvidenceID: file.ID, Row: 4}
	replies := make([]casework.Reply[casework.View], 10)
	counts := fire(len(replies), func(i int) (err error) {
		replies[i], err = rig.TakeAction(t.Context(), keyed(rig, recovery.RoleClaimant, string(rune('a'+i))), filed.ID, adopt)
		return err
	})
	if counts[""] != 1 || counts[recovery.CodeConflict] != 9 {
		t.Fatalf("adopted at once: %v", counts)
	}
	for i, first := range replies {
		if first.Value.ID == "" {
			continue
		}
		again, err := rig.TakeAction(t.Context(), keyed(rig, recovery.RoleClaimant, string(rune('a'+i))), filed.ID, adopt)
		if err != nil || !again.Replayed || again.Value.Version != first.Value.Version || again.Value.TransactionNo != "100005000200" {
			t.Errorf("repeated: %+v (%v)", again, err)
		}
	}
}

// TestRepeatedChangesOfTheRecord expects the repetition of an action to get the first
// answer, although the same action with another key is refused now.
func TestRepeatedChangesOfTheRecord(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	c := rig.FileCase(t)
	act(t, rig, recovery.RoleClaimant, c.ID, recovery.ActionBody{Action: recovery.AddNote, Text: "x", Visibility: recovery.NoteShared})
	entries := rig.ReadEntries(t, c.ID)
	for _, body := range []recovery.ActionBody{
		{Action: recovery.AddCounterpart, Alias: "小陈"},
		{Action: recovery.Correct, Seq: entries[len(entries)-1].Seq, Reason: "写错了"},
	} {
		req := keyed(rig, recovery.RoleClaimant, string(body.Action))
		first, err := rig.TakeAction(t.Context(), req, c.ID, body)
		if err != nil {
			t.Fatal(err)
		}
		again, err := rig.TakeAction(t.Context(), req, c.ID, body)
		if err != nil || !again.Replayed || again.Value.Version != first.Value.Version {
			t.Errorf("%s repeated: version %d after %d (%v)", body.Action, again.Value.Version, first.Value.Version, err)
		}
		if _, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleClaimant), c.ID, body); err == nil {
			t.Errorf("%s was done twice", body.Action)
		}
		req.Fingerprint = "another"
		_, err = rig.TakeAction(t.Context(), req, c.ID, body)
		wantCode(t, err, recovery.CodeIdempotency)
	}
}

// TestNoTwoCounterpartsHaveOneName: whatever gives a name, at once or one after the other.
func TestNoTwoCounterpartsHaveOneName(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	c := rig.FileCase(t)
	counts := fire(10, func(i int) error {
		_, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleClaimant), c.ID, recovery.ActionBody{
			Action: recovery.AddCounterpart, Alias: []string{"小陈A", "小陈a ", "小陈Ａ"}[i%3],
		})
		return err
	})
	if counts[""] != 1 || counts[recovery.CodeConflict] != 9 {
		t.Errorf("added at once: %v", counts)
	}
	act(t, rig, recovery.RoleClaimant, c.ID, recovery.ActionBody{Action: recovery.AddCounterpart, Alias: "小周"})
	view := readCase(t, rig, c.ID)
	_, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleClaimant), c.ID, recovery.ActionBody{
		Action: recovery.RenameCounterpart, CounterpartID: view.Counterparts[2].ID, Alias: "小陈A",
	})
	if fault := wantCode(t, err, recovery.CodeConflict); len(fault.Fields) != 1 || fault.Fields[0].Field != "alias" || fault.Fields[0].Code != "duplicate" {
		t.Errorf("renamed: %+v", fault)
	}
	act(t, rig, recovery.RoleClaimant, c.ID, recovery.ActionBody{Action: recovery.RenameCounterpart, CounterpartID: view.Counterparts[2].ID, Alias: "小周 "})
}

// TestMarksOfPeopleAddedAtOnce expects the marks of everybody who was added.
func TestMarksOfPeopleAddedAtOnce(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	c := rig.FileCase(t)
	marks := func() int { return rig.CountRows(t, "party_marks where case_id = $1 and side = 'counterpart'", c.ID) }
	before, names := marks(), []string{"甲", "乙", "丙", "丁", "戊", "己"}
	fire(len(names), func(i int) error {
		_, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleClaimant), c.ID, recovery.ActionBody{Action: recovery.AddCounterpart, Alias: names[i]})
		return err
	})
	if got := marks() - before; got != len(names) {
		t.Errorf("%d marks of %d people", got, len(names))
	}
}
