package casework_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/recovery"
)

var png = []byte("\x89PNG\r\n\x1a\n0000IHDR-not-really-an-image-but-sniffed-as-one")

func wantCode(t *testing.T, err error, want recovery.Code) *recovery.Fault {
	t.Helper()
	var fault *recovery.Fault
	if !errors.As(err, &fault) || fault.Code != want {
		t.Fatalf("got %v, want a Fault with code %s", err, want)
	}
	return fault
}

func keyed(rig *casetest.Fixture, role recovery.Role, key string) casework.Request {
	req := rig.As(role)
	req.Key, req.Fingerprint = key, "asked:"+key
	return req
}

func TestFilingIsCompleteAtOnce(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	if view.Position.Stage != recovery.PrivateContact || len(view.Deadlines) == 0 || view.Deadlines[0].Kind != recovery.ContactClock {
		t.Errorf("a claimed transfer stands in %s with the deadlines %v", view.Position.Stage, view.Deadlines)
	}
	if !slices.Contains(view.Allowed, recovery.RecordContact) || slices.Contains(view.Allowed, recovery.DecideAppeal) {
		t.Errorf("a claimant is offered %v", view.Allowed)
	}
	entries := rig.ReadEntries(t, view.ID)
	if len(entries) != 1 || entries[0].Kind != recovery.EntryCaseFiled {
		t.Fatalf("journal = %+v, want the filing alone", entries)
	}
	raw, err := json.Marshal(entries[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, personal := range []string{"林晓", "老王", "lin@example.org", "妹妹"} {
		if bytes.Contains(raw, []byte(personal)) {
			t.Errorf("the entry states %q openly", personal)
		}
	}
}

func TestUnclaimedFilingWatchesForTheRefund(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	filing := casetest.Filing()
	filing.ClaimState, filing.Counterparts[0].Claimed = recovery.Unclaimed, 0
	reply, err := rig.Service.File(t.Context(), rig.As(recovery.RoleClaimant), filing)
	if err != nil {
		t.Fatal(err)
	}
	if reply.Value.Position.Stage != recovery.RecallWatch {
		t.Errorf("stage = %s, want recall_watch", reply.Value.Position.Stage)
	}
}

func TestSameFilingTwiceIsOneCase(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	filing := casetest.Filing()
	filing.TransactionNo = "42"
	req := keyed(rig, recovery.RoleClaimant, "k")
	var group sync.WaitGroup
	ids := make([]recovery.CaseID, 8)
	for i := range ids {
		group.Go(func() {
			reply, err := rig.Service.File(t.Context(), req, filing)
			if err != nil {
				t.Error(err)
			}
			ids[i] = reply.Value.ID
		})
	}
	group.Wait()
	if len(slices.Compact(ids)) != 1 {
		t.Errorf("eight posts with one key made the cases %v", ids)
	}
}

func TestKeyForSomethingElseIsAConflict(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	req := keyed(rig, recovery.RoleClaimant, "k")
	if _, err := rig.Service.File(t.Context(), req, casetest.Filing()); err != nil {
		t.Fatal(err)
	}
	req.Fingerprint = "another"
	_, err := rig.Service.File(t.Context(), req, casetest.Filing())
	wantCode(t, err, recovery.CodeIdempotency)
}

func TestOneOpenCasePerTransaction(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	filing := casetest.Filing()
	filing.TransactionNo = "42"
	first, err := rig.Service.File(t.Context(), rig.As(recovery.RoleClaimant), filing)
	if err != nil {
		t.Fatal(err)
	}
	_, err = rig.Service.File(t.Context(), rig.As(recovery.RoleClaimant), filing)
	wantCode(t, err, recovery.CodeTransactionOpen)
	withdraw(t, rig, first.Value.ID)
	if _, err := rig.Service.File(t.Context(), rig.As(recovery.RoleClaimant), filing); err != nil {
		t.Errorf("the transaction of a closed case was refused: %v", err)
	}
}

func withdraw(t *testing.T, rig *casetest.Fixture, id recovery.CaseID) {
	t.Helper()
	act := recovery.ActionBody{Action: recovery.Withdraw, Reason: "已自行解决"}
	if _, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleClaimant), id, act); err != nil {
		t.Fatal(err)
	}
}

func TestWhoMayFile(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	for _, role := range recovery.Roles {
		_, err := rig.Service.File(t.Context(), rig.As(role), casetest.Filing())
		may := role == recovery.RoleClaimant || role == recovery.RoleAgent || role == recovery.RoleSupervisor
		if may != (err == nil) {
			t.Errorf("%s files: %v", role, err)
		}
	}
}

func TestPaceIsForDevelopmentOnly(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t, func(c *casework.Config) { c.Development = false })
	filing := casetest.Filing()
	filing.Pace = 60
	_, err := rig.Service.File(t.Context(), rig.As(recovery.RoleClaimant), filing)
	if fault := wantCode(t, err, recovery.CodeInvalid); fault.Fields[0].Field != "pace" {
		t.Errorf("fields = %+v, want pace", fault.Fields)
	}
}

func TestPaceStandsInEveryEntry(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	filing := casetest.Filing()
	filing.Pace = 3600
	reply, err := rig.Service.File(t.Context(), rig.As(recovery.RoleClaimant), filing)
	if err != nil {
		t.Fatal(err)
	}
	rig.Upload(t, reply.Value.ID, recovery.TransferScreenshot, png)
	withdraw(t, rig, reply.Value.ID)
	for _, entry := range rig.ReadEntries(t, reply.Value.ID) {
		if entry.Pace != 3600 {
			t.Errorf("entry %d (%s) does not say its pace", entry.Seq, entry.Kind)
		}
	}
}

func TestOthersCasesDoNotExist(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	stranger := rig.NewActor(t, recovery.RoleClaimant)
	_, err := rig.Case(t.Context(), stranger, view.ID)
	wantCode(t, err, recovery.CodeNotFound)
	_, _, err = rig.Journal(t.Context(), stranger, view.ID, 0, 10)
	wantCode(t, err, recovery.CodeNotFound)
	_, err = rig.TakeAction(t.Context(), casework.Request{Actor: stranger}, view.ID, recovery.ActionBody{Action: recovery.Withdraw, Reason: "x"})
	wantCode(t, err, recovery.CodeNotFound)
	cases, _, err := rig.Cases(t.Context(), stranger, recovery.CaseFilter{Owner: view.Owner}, 10, "")
	if err != nil || len(cases) != 0 {
		t.Errorf("a stranger lists %d cases (%v)", len(cases), err)
	}
	_, err = rig.Case(t.Context(), rig.Actor(recovery.RoleCounterpart), view.ID)
	wantCode(t, err, recovery.CodeNotFound)
}

func TestRefusedActLeavesNothing(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	refusals := map[recovery.Code]struct {
		role recovery.Role
		act  recovery.ActionBody
	}{
		recovery.CodeForbidden:        {recovery.RoleClaimant, recovery.ActionBody{Action: recovery.DecideAppeal, Decision: recovery.Denied, Reason: "x"}},
		recovery.CodeActionNotAllowed: {recovery.RoleAgent, recovery.ActionBody{Action: recovery.DecideAppeal, Decision: recovery.Denied, Reason: "x"}},
		recovery.CodeInvalid:          {recovery.RoleClaimant, recovery.ActionBody{Action: recovery.Withdraw}},
		recovery.CodeNotFound:         {recovery.RoleClaimant, recovery.ActionBody{Action: "vanish"}},
	}
	for code, refusal := range refusals {
		req := keyed(rig, refusal.role, "refused-"+string(code))
		_, err := rig.TakeAction(t.Context(), req, view.ID, refusal.act)
		fault := wantCode(t, err, code)
		if code == recovery.CodeActionNotAllowed && !slices.Contains(fault.Allowed, recovery.RecordContact) {
			t.Errorf("the refusal offers %v instead", fault.Allowed)
		}
	}
	if entries := rig.ReadEntries(t, view.ID); len(entries) != 1 {
		t.Errorf("refusals left %d entries", len(entries)-1)
	}
	after, err := rig.Case(t.Context(), rig.Actor(recovery.RoleClaimant), view.ID)
	if err != nil || after.Version != view.Version {
		t.Errorf("version %d after refusals, was %d (%v)", after.Version, view.Version, err)
	}
}

func TestSameActTwiceIsOneEntry(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	now := time.Now()
	act := recovery.ActionBody{Action: recovery.RecordContact, Channel: recovery.PrivateMessage, Text: "请退还", SentAt: &now}
	req := keyed(rig, recovery.RoleClaimant, "k")
	first, err := rig.TakeAction(t.Context(), req, view.ID, act)
	if err != nil {
		t.Fatal(err)
	}
	if first.Value.Version <= view.Version {
		t.Errorf("version stayed %d", first.Value.Version)
	}
	again, err := rig.TakeAction(t.Context(), req, view.ID, act)
	if err != nil || !again.Replayed {
		t.Fatalf("the repetition was not recognised: %v", err)
	}
	if diff := cmp.Diff(first.Value, again.Value); diff != "" {
		t.Errorf("the repetition differs from the first answer:\n%s", diff)
	}
	if entries := rig.ReadEntries(t, view.ID); len(entries) != 2 {
		t.Errorf("%d entries, want filing and one contact", len(entries))
	}
}

// TestNobodyAtWork: an act that nobody took in time is undone, and the same
// request later is done once.
func TestNobodyAtWork(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	req := keyed(rig, recovery.RoleClaimant, "k")
	act := recovery.ActionBody{Action: recovery.Withdraw, Reason: "算了"}
	rig.Engine.Away = recovery.Faultf(recovery.CodeUnavailable, "away")
	_, err := rig.TakeAction(t.Context(), req, view.ID, act)
	wantCode(t, err, recovery.CodeUnavailable)
	rig.Engine.Away = nil
	reply, err := rig.TakeAction(t.Context(), req, view.ID, act)
	if err != nil || reply.Value.Position.Outcome != recovery.Withdrawn {
		t.Fatalf("the repeated act gave %+v (%v)", reply.Value.Position, err)
	}
}

func TestIfMatch(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	stale := view.Version - 1
	req := rig.As(recovery.RoleClaimant)
	req.IfMatch = &stale
	_, err := rig.TakeAction(t.Context(), req, view.ID, recovery.ActionBody{Action: recovery.Withdraw, Reason: "x"})
	wantCode(t, err, recovery.CodePrecondition)
}

// TestIfMatchAtOnce: of several returns on one version at once, one is written.
func TestIfMatchAtOnce(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	amount, at := recovery.Money(30_000), time.Now()
	req := rig.As(recovery.RoleClaimant)
	req.IfMatch = &view.Version
	var written atomic.Int32
	var group sync.WaitGroup
	for range 10 {
		group.Go(func() {
			_, err := rig.TakeAction(t.Context(), req, view.ID, recovery.ActionBody{
				Action: recovery.RecordReturn, Amount: &amount, At: &at, Channel: recovery.OriginalRoute,
			})
			switch {
			case err == nil:
				written.Add(1)
			case recovery.CodeOf(err) != recovery.CodePrecondition:
				t.Errorf("refused with %v", err)
			}
		})
	}
	group.Wait()
	after, err := rig.Store.ReadCase(t.Context(), view.ID)
	if err != nil || written.Load() != 1 || after.Position.Recovered != amount {
		t.Errorf("%d were written, %d came back (%v)", written.Load(), after.Position.Recovered, err)
	}
}

func TestUnknownCounterpart(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	now := time.Now()
	_, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleClaimant), view.ID, recovery.ActionBody{
		Action: recovery.RecordResponse, CounterpartID: "nobody", Kind: string(recovery.Refused), At: &now,
	})
	if fault := wantCode(t, err, recovery.CodeInvalid); fault.Fields[0].Field != "counterpart_id" {
		t.Errorf("fields = %+v", fault.Fields)
	}
}

func TestDeskTakesAndGivesBack(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	agent := rig.Actor(recovery.RoleAgent)
	assign := recovery.ActionBody{Action: recovery.Assign, UserID: agent.ID}
	taken, err := rig.TakeAction(t.Context(), keyed(rig, recovery.RoleAgent, "take"), view.ID, assign)
	if err != nil || taken.Value.Assignee != agent.ID {
		t.Fatalf("assignee = %q (%v)", taken.Value.Assignee, err)
	}
	again, err := rig.TakeAction(t.Context(), keyed(rig, recovery.RoleAgent, "take"), view.ID, assign)
	if err != nil || !again.Replayed {
		t.Errorf("the repetition was not recognised: %v", err)
	}
	colleague := casework.Request{Actor: rig.NewActor(t, recovery.RoleAgent)}
	_, err = rig.TakeAction(t.Context(), colleague, view.ID, recovery.ActionBody{Action: recovery.Assign, UserID: colleague.Actor.ID})
	wantCode(t, err, recovery.CodeActionNotAllowed)
	_, err = rig.TakeAction(t.Context(), rig.As(recovery.RoleSupervisor), view.ID, recovery.ActionBody{Action: recovery.Assign, UserID: "nobody"})
	wantCode(t, err, recovery.CodeInvalid)
	_, err = rig.TakeAction(t.Context(), rig.As(recovery.RoleSupervisor), view.ID, recovery.ActionBody{Action: recovery.Assign})
	if err != nil {
		t.Errorf("a supervisor who names nobody takes the case: %v", err)
	}
	released, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleAgent), view.ID, recovery.ActionBody{Action: recovery.Release})
	if err != nil || released.Value.Assignee != "" {
		t.Errorf("after release the assignee is %q (%v)", released.Value.Assignee, err)
	}
}

func TestTwoAgentsTakeOneCase(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	var group sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		actor := rig.NewActor(t, recovery.RoleAgent)
		group.Go(func() {
			_, errs[i] = rig.TakeAction(t.Context(), casework.Request{Actor: actor}, view.ID, recovery.ActionBody{Action: recovery.Assign, UserID: actor.ID})
		})
	}
	group.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if code := recovery.CodeOf(err); code != recovery.CodeConflict && code != recovery.CodeActionNotAllowed {
			t.Errorf("a loser was told %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d agents were told the case is theirs", won)
	}
}

func TestInternalNotesStayInside(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	note := recovery.ActionBody{Action: recovery.AddNote, Text: "对方态度恶劣", Visibility: recovery.NoteInternal}
	if _, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleAgent), view.ID, note); err != nil {
		t.Fatal(err)
	}
	for role, want := range map[recovery.Role]string{recovery.RoleClaimant: "", recovery.RoleAgent: "对方态度恶劣"} {
		lines, _, err := rig.Journal(t.Context(), rig.Actor(role), view.ID, 1, 10)
		if err != nil || len(lines) != 1 {
			t.Fatalf("%s reads %d lines (%v)", role, len(lines), err)
		}
		if got := lines[0].Values["text"]; got != want {
			t.Errorf("%s reads %q, want %q", role, got, want)
		}
	}
}

func TestEvidenceIsKeptOnceAndCountedTwice(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	first := rig.Upload(t, view.ID, recovery.TransferScreenshot, png)
	second := rig.Upload(t, view.ID, recovery.TransferScreenshot, png)
	if first.SHA256 != second.SHA256 || first.Seq == second.Seq {
		t.Errorf("seqs %d and %d, digests %s and %s", first.Seq, second.Seq, first.SHA256, second.SHA256)
	}
	if blobs := files(t, rig.BlobDir); len(blobs) != 1 {
		t.Errorf("%d blobs for one file: %v", len(blobs), blobs)
	}
	req := rig.As(recovery.RoleAgent)
	_, body, err := rig.OpenEvidence(t.Context(), req, first.ID)
	if err != nil {
		t.Fatal(err)
	}
	if got := casetest.ReadAndClose(t, body); !bytes.Equal(got, png) {
		t.Error("other bytes came back")
	}
	entries := rig.ReadEntries(t, view.ID)
	if last := entries[len(entries)-1]; last.Kind != recovery.EntryEvidenceViewed || last.Actor != req.Actor {
		t.Errorf("the view was journalled as %+v", last)
	}
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestRefusedEvidenceLeavesNothing(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	soon := time.Now().Add(time.Hour)
	for name, tc := range map[string]struct {
		code    recovery.Code
		content []byte
		up      recovery.FileDescription
	}{
		"a program":      {recovery.CodeUnsupportedMedia, []byte("\x7fELF\x02\x01\x01"), recovery.FileDescription{Kind: recovery.OtherEvidence}},
		"a zip":          {recovery.CodeUnsupportedMedia, []byte("PK\x05\x06" + strings.Repeat("\x00", 18)), recovery.FileDescription{Kind: recovery.OtherEvidence}},
		"script":         {recovery.CodeUnsupportedMedia, []byte("#!/bin/sh\nid\n"), recovery.FileDescription{Kind: recovery.OtherEvidence}},
		"no kind":        {recovery.CodeInvalid, png, recovery.FileDescription{}},
		"a path":         {recovery.CodeInvalid, png, recovery.FileDescription{Kind: recovery.OtherEvidence, FileName: "../../x"}},
		"from tomorrow":  {recovery.CodeInvalid, png, recovery.FileDescription{Kind: recovery.OtherEvidence, CapturedAt: &soon}},
		"bidi in source": {recovery.CodeInvalid, png, recovery.FileDescription{Kind: recovery.OtherEvidence, Source: "\u202e"}},
	} {
		req := rig.As(recovery.RoleClaimant)
		file, err := rig.Receive(t.Context(), req.Actor, "", view.ID, bytes.NewReader(tc.content))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		_, err = rig.AddEvidence(t.Context(), req, view.ID, tc.up, file)
		wantCode(t, err, tc.code)
	}
	if left := files(t, rig.BlobDir); len(left) != 0 {
		t.Errorf("refusals left the blobs %v", left)
	}
	if entries := rig.ReadEntries(t, view.ID); len(entries) != 1 {
		t.Errorf("refusals left %d entries", len(entries)-1)
	}
}

func TestAcceptedMedia(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	for want, content := range map[string]string{
		"image/png":       string(png),
		"image/jpeg":      "\xff\xd8\xff\xe0\x00\x10JFIF\x00",
		"image/gif":       "GIF89a" + strings.Repeat("\x00", 20),
		"application/pdf": "%PDF-1.7\n",
		"text/plain":      "聊天记录",
		"text/csv":        "a,b,c\n1,2,3\n4,5,6\n",
	} {
		kept := rig.Upload(t, view.ID, recovery.OtherEvidence, []byte(content))
		if kept.MediaType != want {
			t.Errorf("%q was sniffed as %s, want %s", content, kept.MediaType, want)
		}
	}
}

func TestExportsByRole(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	_, err := rig.RequestExport(t.Context(), rig.As(recovery.RoleClaimant), view.ID, casework.ExportOrder{Audience: recovery.ForArchive})
	wantCode(t, err, recovery.CodeForbidden)
	_, err = rig.RequestExport(t.Context(), rig.As(recovery.RoleAuditor), view.ID, casework.ExportOrder{Audience: recovery.ForCourt})
	wantCode(t, err, recovery.CodeForbidden)
	_, err = rig.RequestExport(t.Context(), rig.As(recovery.RoleLegal), view.ID, casework.ExportOrder{Audience: "press"})
	wantCode(t, err, recovery.CodeInvalid)
	req := keyed(rig, recovery.RoleLegal, "k")
	asked, err := rig.RequestExport(t.Context(), req, view.ID, casework.ExportOrder{Audience: recovery.ForCourt})
	if err != nil || asked.Value.State != recovery.ExportBuilding {
		t.Fatalf("%+v (%v)", asked.Value, err)
	}
	again, err := rig.RequestExport(t.Context(), req, view.ID, casework.ExportOrder{Audience: recovery.ForCourt})
	if err != nil || !again.Replayed {
		t.Errorf("the repetition was not recognised: %v", err)
	}
	_, _, err = rig.OpenExport(t.Context(), req, asked.Value.ID, casework.DossierFile)
	wantCode(t, err, recovery.CodeConflict)
	exports, err := rig.ExportsOf(t.Context(), rig.Actor(recovery.RoleClaimant), view.ID)
	if err != nil || len(exports) != 1 {
		t.Errorf("%d exports (%v), want one", len(exports), err)
	}
}

func TestAuthenticate(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	for _, role := range recovery.Roles {
		for range 2 { // from the database, then from the cache
			actor, err := rig.Authenticate(t.Context(), rig.Token(role))
			if err != nil || actor != rig.Actor(role) {
				t.Errorf("%s is taken for %+v (%v)", role, actor, err)
			}
		}
	}
	for _, wrong := range []string{"", "rc_", "rc_AAAA", "nonsense", rig.Token(recovery.RoleAgent) + "x", strings.Repeat("rc_", 99)} {
		_, err := rig.Authenticate(t.Context(), wrong)
		wantCode(t, err, recovery.CodeUnauthenticated)
	}
}

func TestReady(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	if err := rig.Ready(context.Background()); err != nil {
		t.Errorf("a whole desk is not ready: %v", err)
	}
	rig.Engine.Away = recovery.Faultf(recovery.CodeUnavailable, "away")
	wantCode(t, rig.Ready(context.Background()), recovery.CodeUnavailable)
}
