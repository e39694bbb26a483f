package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/evidence/journal"
	"recourse/notify"
	"recourse/postgres"
	"recourse/recovery"
)

var fine = func(context.Context, postgres.LockedCase) error { return nil }

func erasure(c recovery.Case) postgres.ErasureWrite {
	d := draft(recovery.EntryValuesErased, "erased")
	d.Facts, d.Personal = map[string]any{"because": "retention"}, nil
	return postgres.ErasureWrite{CaseID: c.ID, Precondition: fine, Draft: d}
}

// impersonal are the columns that name nobody, of tables that know a case. A new
// column belongs in here, or into eraseRows.
var impersonal = map[string]string{
	"abuse_flags":         "",
	"action_requests":     "",
	"case_steps":          "case_id seq step",
	"repeated_readings":   "case_id key times last_at",
	"case_stages":         "case_id seq stage entered_at left_at platform group_kind amount_fen filed_at pace",
	"cases":               "id number platform instrument amount_fen claim_fen sent_at reason claim_state group_kind group_size stage waiting_on outcome recovered_fen position filed_position corrections deadlines due_at assignee owner playbook pace created_at closed_at version last_stage contacted appealed route contact_fen appeal_fen legal_fen shared representative held_since restricted_at erased_at stage_since",
	"contact_totals":      "case_id in_group counterpart_id sent breaches",
	"contacts":            "case_id seq planned letter counterpart_id in_group at breaches",
	"evidence":            "id case_id seq kind sha256 size media_type captured_at received_at by_role by_id",
	"exports":             "case_at id case_id audience state pages sha256 bag_sha256 size created_at ready_at by_role by_id counterpart_id",
	"journal_checkpoints": "case_id size note root at token stamped_at",
	"journal_entries":     "case_id seq kind at key bytes hash version",
	"journal_heads":       "case_id size hashes",
	"journal_values":      "case_id seq path erased_at",
	"links":               "id case_id counterpart_id hash created_at expires_at opened_at revoked_at by_role by_id",
	"open_transactions":   "",
	"outbox":              "id kind case_id ref attempts next_at created_at",
	"party_marks":         "",
	"stamps_due":          "case_id size due_at",
}

// TestErasureReachesEveryColumn asks the schema: whatever stands beside a case
// after its erasure is empty, or is known to name nobody.
func TestErasureReachesEveryColumn(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := known(t, b)
	if _, err := b.EraseCase(t.Context(), erasure(c)); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), b.url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	rows, err := conn.Query(t.Context(), `select table_name, column_name from information_schema.columns where table_schema = 'public'
		and (table_name = 'cases' or table_name in (select table_name from information_schema.columns where column_name = 'case_id'))`)
	if err != nil {
		t.Fatal(err)
	}
	columns, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ Table, Column string }])
	if err != nil {
		t.Fatal(err)
	}
	allowed := map[string]string{
		"claimant": `{"name": ""}`, "payer": `{"name": ""}`, "sends": "", "narrative": "", "transaction_no": "", "search": strings.ToLower(string(c.Number)),
		"file_name": "", "source": "", "description": "", "missing": "{}", "failure": "", "value": "", "salt": "",
	}
	for _, column := range columns {
		if slices.Contains(strings.Fields(impersonal[column.Table]), column.Column) {
			continue
		}
		key := "case_id"
		if column.Table == "cases" {
			key = "id"
		}
		var left []string
		statement := fmt.Sprintf(`select coalesce(array_agg(distinct coalesce(%q::text, '')), '{}') from %q where %q = $1`, column.Column, column.Table, key)
		if err := conn.QueryRow(t.Context(), statement, c.ID).Scan(&left); err != nil {
			t.Fatal(err)
		}
		for _, text := range left {
			want, known := allowed[column.Column]
			if column.Column == "counterparts" || column.Column == "terms" {
				known, want = !strings.Contains(text, "明"), text
			}
			if !known || text != want {
				t.Errorf("%s.%s still holds %s", column.Table, column.Column, text)
			}
		}
	}
}

// copied is the digest of the copy in a known case.
var copied = strings.Repeat("cd", 32)

// TestErasureReachesCopies: nothing is left beside the files of an erased case, and the bytes
// of a copy are due to be deleted.
func TestErasureReachesCopies(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := known(t, b)
	const ofCase = `evidence_copies where evidence_id in (select id from evidence where case_id = $1)`
	if n := b.count(t, ofCase, c.ID); n != 1 {
		t.Fatalf("%d copies before", n)
	}
	if _, err := b.EraseCase(t.Context(), erasure(c)); err != nil {
		t.Fatal(err)
	}
	if n := b.count(t, ofCase, c.ID); n != 0 {
		t.Errorf("%d copies are left", n)
	}
	if n := b.count(t, `leftovers where kind = 'blob' and name = $1`, copied); n != 1 {
		t.Errorf("%d deletions of the copy are due", n)
	}
}

// known is a case about which every table knows something.
func known(t *testing.T, b bundle) recovery.Case {
	t.Helper()
	c := file(t, b.Store)
	if _, err := b.WriteStep(t.Context(), postgres.StepWrite{
		CaseID: c.ID, Drafts: drafts(recovery.EntryPlanProposed, "left"), Next: c.Position,
		Address: &notify.CounterpartAddress{CounterpartID: c.Counterparts[0].ID, Email: "aming@example.test"},
	}); err != nil {
		t.Fatal(err)
	}
	if n := b.count(t, "holder_mails where case_id = $1", c.ID); n != 1 {
		t.Fatalf("%d counterparts have left an address", n)
	}
	walk(t, b.Store, c, shut(recovery.RecoveredPartly, 10))
	one := recovery.Evidence{
		ID: recovery.EvidenceID(newID(t)), CaseID: c.ID, Kind: recovery.ChatScreenshot, SHA256: strings.Repeat("ab", 32), Size: 3,
		MediaType: "image/png", FileName: "阿明.png", Source: "阿明的手机", Description: "阿明说不还", ReceivedAt: noon, By: recovery.System,
	}
	if _, err := b.AddEvidence(t.Context(), postgres.EvidenceWrite{
		Evidence: one, Draft: draft(recovery.EntryEvidenceAdded, ""), Numbers: []postgres.PaymentNumbers{{Number: "阿明1", Other: "阿明2"}},
		Idempotency: postgres.Idempotency{Actor: "owner-1", Key: "e" + string(one.ID), Fingerprint: "f", Ref: string(one.ID), Result: []byte("阿明")},
	}); err != nil {
		t.Fatal(err)
	}
	if err := b.AddCopies(t.Context(), c.ID, []postgres.CopyWrite{{
		EvidenceID: one.ID, Audience: recovery.ForOpponent, CounterpartID: c.Counterparts[0].ID, SHA256: copied, Content: "阿明",
		Draft: draft(recovery.EntryEvidenceDerived, ""),
	}}); err != nil {
		t.Fatal(err)
	}
	asked := recovery.Export{ID: recovery.ExportID(newID(t)), CaseID: c.ID, Audience: recovery.ForCourt, CreatedAt: noon.Add(-48 * time.Hour)}
	if _, err := b.RequestExport(t.Context(), postgres.ExportWrite{Export: asked, Draft: draft(recovery.EntryExportRequested, "")}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.StoreAction(t.Context(), recovery.ActionRequest{
		ID: recovery.RequestID(newID(t)), CaseID: c.ID, Act: recovery.ActionBody{Action: recovery.AddNote, Text: "阿明"}, Key: "a" + string(c.ID),
	}); err != nil {
		t.Fatal(err)
	}
	flag := recovery.AbuseFlag{ID: newID(t), CaseID: c.ID, Pattern: recovery.ManyCases, Cases: []string{string(c.ID)}, FoundAt: noon}
	if err := b.FlagCase(t.Context(), flag, draft(recovery.EntryAbuseFlagged, "")); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAnErasedCaseStillVerifies(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := known(t, b)
	before := must[[]journal.StoredEntry](t)(b.ReadJournal(t.Context(), c.ID, 0, 0))
	erased, err := b.EraseCase(t.Context(), erasure(c))
	if err != nil {
		t.Fatal(err)
	}
	after := must[[]journal.StoredEntry](t)(b.ReadJournal(t.Context(), c.ID, 0, 0))
	values := 0
	for i, entry := range before {
		if string(after[i].Record.Bytes) != string(entry.Record.Bytes) || after[i].Record.Hash != entry.Record.Hash {
			t.Errorf("entry %d has changed", i+1)
		}
		values += len(entry.Record.Values)
		if len(after[i].Record.Values) != 0 || len(after[i].Erased) != len(entry.Record.Values) {
			t.Errorf("entry %d keeps %d values, %d are told as erased", i+1, len(after[i].Record.Values), len(after[i].Erased))
		}
	}
	if erased.Values != int64(values) || erased.Files != 1 || erased.Exports != 1 || values == 0 {
		t.Errorf("erased %+v, there were %d values", erased, values)
	}
	last, err := journal.ParseEntry(after[len(after)-1].Record.Bytes)
	if err != nil || len(after) != len(before)+1 || last.Kind != recovery.EntryValuesErased || last.Facts["values"] != float64(values) {
		t.Errorf("the last of %d entries is %+v (%v)", len(after), last, err)
	}
	verifyChain(t, b.Store, c.ID)
	if point, found, err := b.LatestCheckpoint(t.Context(), c.ID); err != nil || !found || point.Size != int64(len(after)) {
		t.Errorf("checkpoint %+v (%v)", point, err)
	}
	if b.count(t, "idempotency")+b.count(t, "leftovers where name = $1", strings.Repeat("ab", 32)) != 1 {
		t.Error("the answers still stand, or the file is forgotten before it is gone")
	}
}

func TestAnErasedCaseTakesNothingPersonal(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := known(t, b)
	if _, err := b.EraseCase(t.Context(), erasure(c)); err != nil {
		t.Fatal(err)
	}
	_, err := b.AppendEntries(t.Context(), c.ID, false, draft(recovery.EntryNoteAdded, ""))
	wantCode(t, err, recovery.CodeActionNotAllowed)
	plain := draft(recovery.EntryExportDownloaded, "")
	plain.Personal = nil
	if _, err := b.AppendEntries(t.Context(), c.ID, false, plain); err != nil {
		t.Errorf("an entry without a value: %v", err)
	}
}

func TestErasureRefusedChangesNothing(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := known(t, b)
	refused := errors.New("held")
	write := erasure(c)
	write.Precondition = func(context.Context, postgres.LockedCase) error { return refused }
	before := b.count(t, "journal_values where erased_at is null")
	if _, err := b.EraseCase(t.Context(), write); !errors.Is(err, refused) {
		t.Fatal(err)
	}
	building := recovery.Export{ID: recovery.ExportID(newID(t)), CaseID: c.ID, Audience: recovery.ForCourt, CreatedAt: noon}
	if _, err := b.RequestExport(t.Context(), postgres.ExportWrite{Export: building, Draft: draft(recovery.EntryExportRequested, "")}); err != nil {
		t.Fatal(err)
	}
	_, err := b.EraseCase(t.Context(), erasure(c))
	wantCode(t, err, recovery.CodeConflict)
	if got := b.count(t, "journal_values where erased_at is null"); got < before {
		t.Errorf("%d values stand, there were %d", got, before)
	}
	if b.count(t, "leftovers")+b.count(t, "cases where erased_at is not null") != 0 {
		t.Error("something of the refused erasure stays")
	}
}

func TestOnlyWhatIsDueIsErasable(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	due, held, young, running := file(t, b.Store), file(t, b.Store), file(t, b.Store), file(t, b.Store)
	for _, c := range []recovery.Case{due, held, young} {
		walk(t, b.Store, c, shut(recovery.Unrecovered, 0))
	}
	hold := postgres.DirectWrite{CaseID: held.ID, Hold: true, Draft: draft(recovery.EntryHoldSet, "")}
	if err := b.WriteDirectly(t.Context(), hold); err != nil {
		t.Fatal(err)
	}
	if err := b.sql(t, `update cases set closed_at = closed_at - interval '6 years' where id = any($1)`,
		[]string{string(due.ID), string(held.ID)}); err != nil {
		t.Fatal(err)
	}
	list := func() []recovery.CaseID {
		return must[[]recovery.CaseID](t)(b.ErasableCases(t.Context(), noon.AddDate(-5, 0, 0), 10))
	}
	if got := list(); !slices.Equal(got, []recovery.CaseID{due.ID}) {
		t.Errorf("erasable %v; %s is held, %s young, %s open", got, held.ID, young.ID, running.ID)
	}
	if _, err := b.EraseCase(t.Context(), erasure(due)); err != nil || len(list()) != 0 {
		t.Errorf("erased once: %v, erasable %v", err, list())
	}
}

func TestARestrictedCaseIsFoundByItsNumberOnly(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := file(t, b.Store)
	write := postgres.RetentionWrite{CaseID: c.ID, Restrict: true, Precondition: fine, Draft: draft(recovery.EntryValuesRestricted, "")}
	if err := b.WriteRetention(t.Context(), write); err != nil {
		t.Fatal(err)
	}
	for words, want := range map[string]int{"王小雨": 0, "阿明": 0, c.TransactionNo: 0, string(c.Number): 1} {
		items, _, err := b.ListCases(t.Context(), recovery.CaseFilter{Query: words}, 10, "")
		if err != nil || len(items) != want {
			t.Errorf("%s finds %d cases, want %d (%v)", words, len(items), want, err)
		}
	}
	if kept := must[recovery.Case](t)(b.ReadCase(t.Context(), c.ID)); kept.RestrictedAt == nil || kept.Claimant.Name == "" {
		t.Errorf("restricted %+v", kept)
	}
}

func TestABlobThatAnotherCaseNeedsIsNeeded(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	one, two := known(t, b), known(t, b)
	original := strings.Repeat("ab", 32)
	blob := func() postgres.Leftover {
		for _, left := range must[[]postgres.Leftover](t)(b.ListLeftovers(t.Context(), postgres.Leftover{}, 10)) {
			if left.Kind == postgres.LeftoverBlob && left.Name == original {
				return left
			}
		}
		t.Fatal("no blob is left over")
		return postgres.Leftover{}
	}
	for i, c := range []recovery.Case{one, two} {
		if _, err := b.EraseCase(t.Context(), erasure(c)); err != nil {
			t.Fatal(err)
		}
		if left := blob(); left.Needed != (i == 0) {
			t.Errorf("after %d of two erasures: %+v", i+1, left)
		}
	}
	if err := b.DeleteLeftover(t.Context(), blob()); err != nil || b.count(t, "leftovers where name = $1", original) != 0 {
		t.Error(err)
	}
}

func TestPurgeTakesOldAnswers(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := known(t, b)
	staged := recovery.RequestID(newID(t))
	if _, err := b.StoreAction(t.Context(), recovery.ActionRequest{ID: staged, CaseID: c.ID, Key: string(staged)}); err != nil {
		t.Fatal(err)
	}
	if err := b.sql(t, `update action_requests set state = 'applied' where id = $1`, staged); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		before time.Time
		want   int64
	}{{noon.AddDate(-1, 0, 0), 0}, {time.Now().Add(time.Hour), 2}} {
		if purged, err := b.PurgeResults(t.Context(), tc.before); err != nil || purged != tc.want {
			t.Errorf("purged %d (%v), want %d", purged, err, tc.want)
		}
	}
	if b.count(t, "action_requests where state = 'staged'") != 1 {
		t.Error("an act that waits for its workflow is gone")
	}
}

func TestOneProcessKeepsAtATime(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	ran, err := b.RunExclusive(t.Context(), "keep", func(ctx context.Context) error {
		inner, err := b.RunExclusive(ctx, "keep", func(context.Context) error { return nil })
		if inner {
			t.Error("two keep at a time")
		}
		return err
	})
	if !ran || err != nil {
		t.Fatalf("%v %v", ran, err)
	}
	if ran, err = b.RunExclusive(t.Context(), "keep", func(context.Context) error { return nil }); !ran || err != nil {
		t.Errorf("the lock was not given back: %v %v", ran, err)
	}
}
