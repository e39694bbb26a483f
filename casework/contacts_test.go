package casework_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/evidence/journal"
	"recourse/recovery"
)

const sane = "你好，前面误发的转账方便时请退回，谢谢"

// planTo plans a message to the case's counterpart as the rig's claimant.
func planTo(t *testing.T, rig *casetest.Fixture, view casework.View, text string) error {
	t.Helper()
	_, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleClaimant), view.ID, recovery.ActionBody{
		Action: recovery.PlanContact, Channel: recovery.ByWeChat, Text: text, CounterpartID: view.Counterparts[0].ID,
	})
	return err
}

// sent records a message to the case's counterpart.
func sent(t *testing.T, rig *casetest.Fixture, view casework.View, at time.Time) casework.View {
	t.Helper()
	reply, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleClaimant), view.ID, recovery.ActionBody{
		Action: recovery.RecordContact, Channel: recovery.ByWeChat, Text: sane, CounterpartID: view.Counterparts[0].ID, SentAt: &at,
	})
	if err != nil {
		t.Fatal(err)
	}
	return reply.Value
}

func TestAPlanIsWrittenDownAndNothingMore(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	rig.SetNoon(1)
	view := rig.FileCase(t)
	if err := planTo(t, rig, view, sane); err != nil {
		t.Fatal(err)
	}
	entries := rig.ReadEntries(t, view.ID)
	last := entries[len(entries)-1]
	if last.Kind != recovery.EntryContactPlanned || last.Facts["text"] != nil || last.Commitments["text"] == "" {
		t.Errorf("journalled as %+v", last)
	}
	after, err := rig.Case(t.Context(), rig.Actor(recovery.RoleClaimant), view.ID)
	if err != nil || after.Contacts.Planned != 1 || after.Contacts.Total != 0 || after.Version != view.Version+1 {
		t.Errorf("%+v, version %d (%v)", after.Contacts, after.Version, err)
	}
}

// TestTooManyMessages plans against the limits of the playbook: two a day, six
// in all.
func TestTooManyMessages(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	noon := rig.SetNoon(1)
	view := rig.FileCase(t)
	sent(t, rig, view, noon)
	if err := planTo(t, rig, view, sane); err != nil {
		t.Fatalf("the second of a day: %v", err)
	}
	fault := wantCode(t, planTo(t, rig, view, sane), recovery.CodeContactLimit)
	reason := recovery.ContactReason{Code: recovery.CodeContactLimit, Article: fault.Contact.Reasons[0].Article, Count: &recovery.CountLimit{PerDay: 2, Total: 6}}
	if diff := cmp.Diff([]recovery.ContactReason{reason}, fault.Contact.Reasons); diff != "" {
		t.Error(diff)
	}
	if from := fault.Contact.From; from == nil || !from.Equal(noon.Add(24*time.Hour)) || !strings.Contains(reason.Article, "治安管理处罚法") {
		t.Errorf("allowed from %v by %q", from, reason.Article)
	}
	for _, says := range []string{"治安管理处罚法", "allowed from " + noon.Add(24*time.Hour).Format("2006-01-02T15")} {
		if !strings.Contains(fault.Detail, says) {
			t.Errorf("%q does not say %q", fault.Detail, says)
		}
	}
	for day := 2; day <= 4; day++ {
		noon = rig.SetNoon(day)
		sent(t, rig, view, noon)
		if day < 4 {
			sent(t, rig, view, noon)
		}
	}
	fault = wantCode(t, planTo(t, rig, view, sane), recovery.CodeContactLimit)
	if !strings.Contains(fault.Detail, "No further message") || fault.Contact.From != nil {
		t.Errorf("%q", fault.Detail)
	}
}

// TestWhatWasSentIsRecorded also when it went beyond every limit; the breach is
// told.
func TestWhatWasSentIsRecorded(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	noon := rig.SetNoon(1)
	view := rig.FileCase(t)
	for range 2 {
		view = sent(t, rig, view, noon)
	}
	if len(view.Contacts.Breaches) != 0 || view.Contacts.Today != 2 {
		t.Fatalf("%+v", view.Contacts)
	}
	view = sent(t, rig, view, noon)
	if got := view.Contacts.Breaches; len(got) != 1 || !slices.Equal(got[0].Breaches, []recovery.Code{recovery.CodeContactLimit}) {
		t.Errorf("breaches %+v", got)
	}
	if view.Contacts.Total != 3 {
		t.Errorf("%+v", view.Contacts)
	}
}

func TestQuietHours(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	night := rig.SetClock(rig.SetNoon(1).Add(11 * time.Hour)) // 23:00
	view := rig.FileCase(t)
	if !view.Contacts.QuietNow {
		t.Error("at 23:00 it is not quiet")
	}
	fault := wantCode(t, planTo(t, rig, view, sane), recovery.CodeQuietHours)
	morning := night.Add(9 * time.Hour).Format(time.RFC3339)
	if !strings.Contains(fault.Detail, morning) || !strings.Contains(fault.Detail, "民法典") {
		t.Errorf("%q does not say %s and its article", fault.Detail, morning)
	}
	reason := fault.Contact.Reasons[0]
	if from := fault.Contact.From; from == nil || !from.Equal(night.Add(9*time.Hour)) || reason.Count != nil || *reason.Quiet != (recovery.QuietHours{From: 22, Until: 8}) {
		t.Errorf("allowed from %v, %+v", from, reason)
	}
	rig.SetClock(night.Add(9 * time.Hour))
	if err := planTo(t, rig, view, sane); err != nil {
		t.Errorf("at 8:00: %v", err)
	}
}

func TestNobodyWritesToWhoRefused(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	noon := rig.SetNoon(1)
	view := rig.FileCase(t)
	for action, act := range map[string]recovery.ActionBody{
		"refused":  {Action: recovery.RecordResponse, Kind: string(recovery.Refused), At: &noon},
		"harassed": {Action: recovery.ReportHarassment, Text: "请不要再联系"},
	} {
		view := view
		if action == "harassed" {
			view = rig.FileCase(t)
		}
		act.CounterpartID = view.Counterparts[0].ID
		if _, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleClaimant), view.ID, act); err != nil {
			t.Fatal(err)
		}
		fault := wantCode(t, planTo(t, rig, view, sane), recovery.CodeNoContact)
		if !strings.Contains(fault.Detail, "No further message") {
			t.Errorf("%s: %q", action, fault.Detail)
		}
	}
}

func TestUnsafeTexts(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	rig.SetNoon(1)
	view := rig.FileCase(t)
	fault := wantCode(t, planTo(t, rig, view, "再不还钱我就打断你的腿"), recovery.CodeTextUnsafe)
	if len(fault.Fields) == 0 || fault.Fields[0].Field != "text" || fault.Fields[0].Code != "threat" || !strings.Contains(fault.Fields[0].Detail, "治安管理处罚法") {
		t.Errorf("%+v", fault)
	}
	yes := true
	for name, test := range map[string]struct {
		text string
		act  recovery.ActionBody
		code string
	}{
		"a telephone number": {"误发的转账请退回，电话 13800138000", recovery.ActionBody{InGroup: &yes}, "phone"},
		"by the channel":     {"误发的转账请退回，电话 13800138000", recovery.ActionBody{Channel: recovery.GroupMessage}, "phone"},
		"who it is":          {"请项目群老王退回误发的转账", recovery.ActionBody{InGroup: &yes}, "personal_name"},
	} {
		act := test.act
		act.Action, act.Text = recovery.PlanContact, test.text
		if act.Channel == "" {
			act.Channel = recovery.ByWeChat
		}
		_, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleClaimant), view.ID, act)
		fault := wantCode(t, err, recovery.CodeTextUnsafe)
		if !slices.ContainsFunc(fault.Fields, func(f recovery.FieldFault) bool { return f.Code == test.code }) {
			t.Errorf("%s: %+v", name, fault.Fields)
		}
	}
	if entries := rig.ReadEntries(t, view.ID); len(entries) != 1 {
		t.Errorf("refusals left %d entries", len(entries)-1)
	}
}

func TestNoGroupToSpeakTo(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	rig.SetNoon(1)
	filing := casetest.Filing()
	filing.Group = nil
	reply, err := rig.Service.File(t.Context(), rig.As(recovery.RoleClaimant), filing)
	if err != nil {
		t.Fatal(err)
	}
	yes := true
	_, err = rig.TakeAction(t.Context(), rig.As(recovery.RoleClaimant), reply.Value.ID, recovery.ActionBody{
		Action: recovery.PlanContact, Channel: recovery.ByWeChat, Text: sane, InGroup: &yes,
	})
	wantCode(t, err, recovery.CodeNoContact)
}

// TestPlansAtOnceAreBothJudged lets four people plan the last message that is
// allowed today.
func TestPlansAtOnceAreBothJudged(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	sent(t, rig, view, rig.SetNoon(1))
	errs := make([]error, 4)
	var group sync.WaitGroup
	for i := range errs {
		group.Go(func() { errs[i] = planTo(t, rig, view, sane) })
	}
	group.Wait()
	allowed := 0
	for _, err := range errs {
		if err == nil {
			allowed++
			continue
		}
		wantCode(t, err, recovery.CodeContactLimit)
	}
	if allowed != 1 {
		t.Errorf("%d of four were allowed", allowed)
	}
}

// TestShownBreaches: a case shows its last breaches and the number of all.
func TestShownBreaches(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	var drafts []journal.Draft
	for range 53 {
		drafts = append(drafts, journal.Draft{
			Kind: recovery.EntryContactRecorded, At: rig.Now(), Actor: recovery.System,
			Facts: map[string]any{"breaches": []recovery.Code{recovery.CodeQuietHours}},
		})
	}
	records, err := rig.Store.AppendEntries(t.Context(), view.ID, false, drafts...)
	if err != nil {
		t.Fatal(err)
	}
	after, err := rig.Case(t.Context(), rig.Actor(recovery.RoleClaimant), view.ID)
	if err != nil {
		t.Fatal(err)
	}
	shown := after.Contacts.Breaches
	if after.Contacts.BreachTotal != 53 || len(shown) != 50 || shown[49].Seq != records[52].Seq {
		t.Errorf("%d of %d breaches", len(shown), after.Contacts.BreachTotal)
	}
}
