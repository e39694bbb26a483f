package casework_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/evidence/folio"
	"recourse/recovery"
)

// sql runs a statement behind the desk's back.
func sql(t *testing.T, rig *casetest.Fixture, statement string, args ...any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), rig.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	if _, err := conn.Exec(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
}

// closed is a case with a file, withdrawn some years ago.
func closed(t *testing.T, rig *casetest.Fixture, years int) casework.View {
	t.Helper()
	c := rig.FileCase(t)
	rig.Upload(t, c.ID, recovery.ChatScreenshot, append(slices.Clone(png), c.ID...))
	act(t, rig, recovery.RoleClaimant, c.ID, recovery.ActionBody{Action: recovery.Withdraw, Reason: "算了，老王不还"})
	sql(t, rig, `update cases set closed_at = closed_at - $2 * interval '1 year' - interval '3 days' where id = $1`, c.ID, years)
	return c
}

// closedWithCopy is like closed, with a chat of which a copy for the opponent was made.
func closedWithCopy(t *testing.T, rig *casetest.Fixture) casework.View {
	t.Helper()
	c := closed(t, rig, 5)
	rig.Upload(t, c.ID, recovery.ChatExport, []byte("老王说不还，电话13900001234"))
	if _, err := rig.RequestExport(t.Context(), rig.As(recovery.RoleClaimant), c.ID, casework.ExportOrder{Audience: recovery.ForOpponent, Confirm: true}); err != nil {
		t.Fatal(err)
	}
	if n := rig.CountRows(t, "evidence_copies"); n != 1 {
		t.Fatalf("%d copies", n)
	}
	return c
}

func erase(t *testing.T, rig *casetest.Fixture, role recovery.Role, id recovery.CaseID) (casework.Erasure, error) {
	t.Helper()
	reply, err := rig.Erase(t.Context(), rig.As(role), id, "请删除")
	return reply.Value, err
}

func lastKind(t *testing.T, rig *casetest.Fixture, id recovery.CaseID) recovery.EntryKind {
	t.Helper()
	entries := rig.ReadEntries(t, id)
	return entries[len(entries)-1].Kind
}

func TestErasureOnRequest(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	c := closed(t, rig, 5)
	done, err := erase(t, rig, recovery.RoleClaimant, c.ID)
	if err != nil || !done.Erased || done.Values == 0 {
		t.Fatalf("%+v (%v)", done, err)
	}
	view, err := rig.Case(t.Context(), rig.Actor(recovery.RoleAuditor), c.ID)
	if err != nil || view.ErasedAt == nil || view.Claimant.Name+view.Narrative+view.Counterparts[0].Alias != "" || len(view.Allowed) != 0 {
		t.Errorf("after it: %+v (%v)", view, err)
	}
	if lastKind(t, rig, c.ID) != recovery.EntryValuesErased {
		t.Error("no entry tells of it")
	}
	before := len(rig.ReadEntries(t, c.ID))
	if again, err := erase(t, rig, recovery.RoleClaimant, c.ID); err != nil || !again.Erased || len(rig.ReadEntries(t, c.ID)) != before {
		t.Errorf("a second time: %+v (%v)", again, err)
	}
	_, err = rig.TakeAction(t.Context(), rig.As(recovery.RoleClaimant), c.ID, recovery.ActionBody{Action: recovery.Reopen, Reason: "x"})
	wantCode(t, err, recovery.CodeActionNotAllowed)
	for _, audience := range recovery.Audiences { // papers tell of the erasure, whoever they are for
		if asked, err := rig.RequestExport(t.Context(), rig.As(recovery.RoleLegal), c.ID, casework.ExportOrder{Audience: audience, Confirm: true}); err != nil || asked.Value.Size == 0 {
			t.Errorf("papers for %s: %+v (%v)", audience, asked.Value, err)
		}
	}
	file, err := rig.Receive(t.Context(), rig.Actor(recovery.RoleClaimant), "", c.ID, bytes.NewReader(png))
	if err != nil {
		t.Fatal(err)
	}
	_, err = rig.AddEvidence(t.Context(), rig.As(recovery.RoleClaimant), c.ID, recovery.FileDescription{Kind: recovery.Identity}, file)
	wantCode(t, err, recovery.CodeActionNotAllowed)
}

func TestErasureIsRefusedWithItsReason(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	running, held := rig.FileCase(t), closed(t, rig, 9)
	if _, err := rig.Hold(t.Context(), rig.As(recovery.RoleLegal), held.ID, "诉讼中"); err != nil {
		t.Fatal(err)
	}
	for id, reason := range map[recovery.CaseID]string{running.ID: casework.ReasonOpen, held.ID: casework.ReasonHeld} {
		_, err := erase(t, rig, recovery.RoleClaimant, id)
		fault := wantCode(t, err, recovery.CodeErasureRefused)
		if len(fault.Fields) != 1 || fault.Fields[0].Code != reason || !strings.Contains(fault.Fields[0].Detail, "个人信息保护法 第47条") {
			t.Errorf("%s: %+v", reason, fault.Fields)
		}
		entries := rig.ReadEntries(t, id)
		last := entries[len(entries)-1]
		if last.Kind != recovery.EntryErasureRefused || last.Facts["because"] != reason || last.Commitments["reason"] == "" {
			t.Errorf("%s is written down as %+v", reason, last)
		}
	}
	for _, role := range recovery.Roles {
		_, err := erase(t, rig, role, running.ID)
		may := role == recovery.RoleClaimant || role == recovery.RoleAdmin
		if (recovery.CodeOf(err) == recovery.CodeErasureRefused) != may {
			t.Errorf("%s: %v", role, err)
		}
	}
	_, err := rig.Erase(t.Context(), rig.As(recovery.RoleClaimant), running.ID, " ")
	wantCode(t, err, recovery.CodeInvalid)
}

func TestUntilItsTimeACaseIsOnlyKept(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	c := closed(t, rig, 1)
	kept, err := erase(t, rig, recovery.RoleClaimant, c.ID)
	if err != nil || kept.Erased || len(kept.Reasons) != 1 || kept.Reasons[0].Reason != casework.ReasonRetention || len(kept.Reasons[0].Articles) != 3 {
		t.Fatalf("%+v (%v)", kept, err)
	}
	if until := time.Until(*kept.KeepUntil); until < 3*365*24*time.Hour || until > 4*366*24*time.Hour {
		t.Errorf("kept until %s", kept.KeepUntil)
	}
	if _, err = erase(t, rig, recovery.RoleClaimant, c.ID); err != nil || lastKind(t, rig, c.ID) != recovery.EntryValuesRestricted {
		t.Errorf("a second time: %v, %s", err, lastKind(t, rig, c.ID))
	}
	for _, role := range recovery.Roles {
		if role == recovery.RoleCounterpart {
			continue
		}
		sees := role == recovery.RoleLegal || role == recovery.RoleAuditor
		if got := everything(t, rig, rig.Actor(role), c.ID); strings.Contains(got, "林晓") != sees || strings.Contains(got, "老王") != sees {
			t.Errorf("%s reads %s", role, got)
		}
		files, err := rig.EvidenceOf(t.Context(), rig.Actor(role), c.ID)
		if err != nil {
			t.Fatal(err)
		}
		_, body, err := rig.OpenEvidence(t.Context(), rig.As(role), files[0].ID)
		if sees {
			if err != nil {
				t.Fatal(err)
			}
			casetest.ReadAndClose(t, body)
		} else {
			wantCode(t, err, recovery.CodeForbidden)
		}
	}
	_, err = rig.RequestExport(t.Context(), rig.As(recovery.RoleClaimant), c.ID, casework.ExportOrder{Audience: recovery.ForCourt})
	wantCode(t, err, recovery.CodeForbidden)
	_, err = rig.TakeAction(t.Context(), rig.As(recovery.RoleAgent), c.ID, recovery.ActionBody{Action: recovery.AddNote, Text: "x", Visibility: recovery.NoteShared})
	wantCode(t, err, recovery.CodeActionNotAllowed)
}

// everything is what an actor can read of a case in words.
func everything(t *testing.T, rig *casetest.Fixture, actor recovery.Actor, id recovery.CaseID) string {
	t.Helper()
	one, err := rig.Case(t.Context(), actor, id)
	if err != nil {
		t.Fatal(err)
	}
	named, err := rig.CaseByNumber(t.Context(), actor, one.Number)
	if err != nil {
		t.Fatal(err)
	}
	lines, _, err := rig.Journal(t.Context(), actor, id, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	files, err := rig.EvidenceOf(t.Context(), actor, id)
	if err != nil {
		t.Fatal(err)
	}
	texts, err := rig.Texts(t.Context(), actor, id, recovery.PrivateContact)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%+v %+v %+v %+v %+v", one, named, lines, files, texts)
}

func TestHolds(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	c := closed(t, rig, 9)
	for _, role := range recovery.Roles {
		if role == recovery.RoleLegal || role == recovery.RoleAdmin {
			continue
		}
		if _, err := rig.Hold(t.Context(), rig.As(role), c.ID, "x"); err == nil {
			t.Errorf("%s holds a case", role)
		}
		if err := rig.LiftHold(t.Context(), rig.As(role), c.ID); err == nil {
			t.Errorf("%s lifts a hold", role)
		}
	}
	reply, err := rig.Hold(t.Context(), rig.As(recovery.RoleAdmin), c.ID, "警方来函")
	if err != nil || reply.Value.HeldSince == nil {
		t.Fatalf("%+v (%v)", reply.Value, err)
	}
	_, err = rig.Hold(t.Context(), rig.As(recovery.RoleLegal), c.ID, "警方来函")
	wantCode(t, err, recovery.CodeConflict)
	if err := rig.RunMaintenance(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, err := rig.Store.ReadCase(t.Context(), c.ID); err != nil || got.ErasedAt != nil {
		t.Errorf("a held case is erased: %+v (%v)", got.ErasedAt, err)
	}
	lines, _, err := rig.Journal(t.Context(), rig.Actor(recovery.RoleClaimant), c.ID, 0, 0)
	if err != nil || strings.Contains(fmt.Sprint(lines), "警方来函") {
		t.Errorf("the claimant reads why: %v", err)
	}
	for range 2 {
		if err := rig.LiftHold(t.Context(), rig.As(recovery.RoleLegal), c.ID); err != nil {
			t.Fatal(err)
		}
	}
	if err := rig.RunMaintenance(t.Context()); err != nil {
		t.Fatal(err)
	}
	kinds := []recovery.EntryKind{}
	for _, entry := range rig.ReadEntries(t, c.ID)[3:] {
		kinds = append(kinds, entry.Kind)
	}
	if !slices.Equal(kinds[len(kinds)-3:], []recovery.EntryKind{recovery.EntryHoldSet, recovery.EntryHoldLifted, recovery.EntryValuesErased}) {
		t.Errorf("the journal ends with %v", kinds)
	}
}

// TestKeepErasesToTheLastByte searches the whole database and the disk for what
// a person told.
func TestKeepErasesToTheLastByte(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	c, young := closedWithCopy(t, rig), rig.FileCase(t)
	export, err := rig.RequestExport(t.Context(), keyed(rig, recovery.RoleClaimant, "papers"), c.ID, casework.ExportOrder{Audience: recovery.ForCourt})
	if err != nil {
		t.Fatal(err)
	}
	sql(t, rig, `update exports set state = 'ready', created_at = created_at - interval '2 days'`)
	papers := folio.ExportPath(rig.ExportsDir, export.Value.ID, casework.DossierFile)
	if err := os.MkdirAll(filepath.Dir(papers), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(papers, []byte("林晓"), 0o600); err != nil {
		t.Fatal(err)
	}
	ageFiles(t, rig.BlobDir)
	sql(t, rig, `update cases set claimant = '{"name": "另一人"}', narrative = '' where id = $1`, young.ID)
	if err := rig.RunMaintenance(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Dir(papers)); !os.IsNotExist(err) {
		t.Errorf("the papers lie there still: %v", err)
	}
	if left, err := filepath.Glob(filepath.Join(rig.BlobDir, "*", "*")); err != nil || len(left) != 0 {
		t.Errorf("blobs are left: %v (%v)", left, err)
	}
	if shown, err := rig.Export(t.Context(), rig.Actor(recovery.RoleClaimant), export.Value.ID); err != nil || shown.State != recovery.ExportErased {
		t.Errorf("the export is %+v (%v)", shown, err)
	}
	for _, word := range []string{"不还", "算了"} { // only this case's own words: the young case shares the names
		if table := holding(t, rig, word); table != "" {
			t.Errorf("%s holds %q", table, word)
		}
	}
	sql(t, rig, `delete from idempotency where ref = $1`, young.ID)
}

func ageFiles(t *testing.T, dir string) {
	t.Helper()
	old := time.Now().Add(-48 * time.Hour)
	names, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if err := os.Chtimes(name, old, old); err != nil {
			t.Fatal(err)
		}
	}
}

// holding names a table in one of whose rows a word stands.
func holding(t *testing.T, rig *casetest.Fixture, word string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), rig.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	rows, err := conn.Query(t.Context(), `select table_name::text from information_schema.tables where table_schema = 'public'`)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		var found bool
		if err := conn.QueryRow(t.Context(), fmt.Sprintf(`select exists (select from %q r where strpos(r::text, $1) > 0
			or strpos(r::text, encode(convert_to($1, 'UTF8'), 'hex')) > 0)`, table), word).Scan(&found); err != nil {
			t.Fatal(err)
		}
		if found {
			return table
		}
	}
	return ""
}
