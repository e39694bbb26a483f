package postgres_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"recourse/evidence/journal"
	"recourse/postgres"
	"recourse/postgres/pgtest"
	"recourse/recovery"
)

func evidenceOf(t testing.TB, c recovery.Case) recovery.Evidence {
	t.Helper()
	captured := noon.Add(-time.Hour)
	return recovery.Evidence{
		ID: recovery.EvidenceID(newID(t)), CaseID: c.ID, Kind: recovery.ChatScreenshot, SHA256: strings.Repeat("ab", 32),
		Size: 5, MediaType: "image/png", FileName: "聊天记录.png", CapturedAt: &captured, Source: "own phone",
		Description: "the group", ReceivedAt: noon, By: recovery.Actor{Role: recovery.RoleClaimant, ID: "owner-1"},
	}
}

func TestAddEvidence(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := file(t, b.Store)
	want := evidenceOf(t, c)
	w := postgres.EvidenceWrite{
		Evidence: want, Draft: draft(recovery.EntryEvidenceAdded, "evidence/"+string(want.ID)),
		Idempotency: postgres.Idempotency{Actor: "owner-1", Key: "k", Fingerprint: "f", Ref: string(want.ID)},
	}
	added := must[recovery.Evidence](t)(b.AddEvidence(t.Context(), w))
	want.Seq = 2
	list := must[[]recovery.Evidence](t)(b.ListEvidence(t.Context(), c.ID))
	read := must[recovery.Evidence](t)(b.FindEvidence(t.Context(), want.ID))
	for _, got := range append(list, added, read) {
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	if b.count(t, "outbox where kind = 'evidence' and ref = $1", want.ID) != 1 {
		t.Error("the workflow is not told")
	}
	if got := must[recovery.Case](t)(b.ReadCase(t.Context(), c.ID)); got.Version != 2 {
		t.Errorf("got version %d, want 2", got.Version)
	}
	_, err := b.AddEvidence(t.Context(), w)
	if !errors.Is(err, postgres.ErrRepeated) {
		t.Errorf("again: %v", err)
	}
	w.Idempotency.Key = ""
	_, err = b.AddEvidence(t.Context(), w)
	if !errors.Is(err, postgres.ErrRepeated) {
		t.Errorf("again by the draft's key: %v", err)
	}
	if leaves := verifyChain(t, b.Store, c.ID); len(leaves) != 2 || len(list) != 1 {
		t.Errorf("got %d entries and %d records, want 2 and 1", len(leaves), len(list))
	}
}

func TestSameBytesTwiceAreTwoEntries(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	c := file(t, s)
	var group sync.WaitGroup
	for range 6 {
		e := evidenceOf(t, c)
		group.Go(func() {
			_, err := s.AddEvidence(t.Context(), postgres.EvidenceWrite{Evidence: e, Draft: draft(recovery.EntryEvidenceAdded, string(e.ID))})
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	list := must[[]recovery.Evidence](t)(s.ListEvidence(t.Context(), c.ID))
	for i, e := range list {
		if e.Seq != int64(i+2) {
			t.Errorf("record %d has entry %d", i, e.Seq)
		}
	}
	if leaves := verifyChain(t, s, c.ID); len(list) != 6 || len(leaves) != 7 {
		t.Errorf("got %d records and %d entries", len(list), len(leaves))
	}
}

func TestEvidenceOfNothing(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	c := file(t, s)
	_, err := s.FindEvidence(t.Context(), "nobody's")
	wantCode(t, err, recovery.CodeNotFound)
	_, err = s.AddEvidence(t.Context(), postgres.EvidenceWrite{
		Evidence: evidenceOf(t, recovery.Case{ID: "nobody's"}), Draft: draft(recovery.EntryEvidenceAdded, "k"),
		Idempotency: postgres.Idempotency{Actor: "owner-1", Key: "k"},
	})
	wantCode(t, err, recovery.CodeNotFound)
	if _, found, err := s.FindResult(t.Context(), "owner-1", "k"); found || err != nil {
		t.Errorf("a failed write left its answer: %v, %v", found, err)
	}
	if list := must[[]recovery.Evidence](t)(s.ListEvidence(t.Context(), c.ID)); len(list) != 0 {
		t.Errorf("got %d records", len(list))
	}
}

func TestEvidenceKinds(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	first, second, empty := file(t, s), file(t, s), file(t, s)
	for i, held := range []struct {
		c    recovery.Case
		kind recovery.EvidenceKind
	}{{first, recovery.Ticket}, {first, recovery.Ticket}, {first, recovery.Statement}, {second, recovery.Ticket}} {
		e := evidenceOf(t, held.c)
		e.Kind = held.kind
		w := postgres.EvidenceWrite{Evidence: e, Draft: draft(recovery.EntryEvidenceAdded, numbered("e", i))}
		must[recovery.Evidence](t)(s.AddEvidence(t.Context(), w))
	}
	got, err := s.EvidenceKinds(t.Context(), []recovery.CaseID{first.ID, empty.ID})
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[recovery.EvidenceKind]int{}
	for _, e := range got[first.ID] {
		kinds[e.Kind]++
	}
	if len(got) != 1 || len(kinds) != 2 || kinds[recovery.Ticket] != 1 || kinds[recovery.Statement] != 1 {
		t.Errorf("got %v", got)
	}
}

func exportOf(t testing.TB, c recovery.Case) recovery.Export {
	t.Helper()
	return recovery.Export{
		ID: recovery.ExportID(newID(t)), CaseID: c.ID, Audience: recovery.ForCourt, CreatedAt: noon, Missing: []string{},
		By: recovery.Actor{Role: recovery.RoleLegal, ID: "legal-1"},
	}
}

func TestLifeOfAnExport(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := file(t, b.Store)
	want := exportOf(t, c)
	w := postgres.ExportWrite{
		Export: want, Draft: draft(recovery.EntryExportRequested, "export/"+string(want.ID)),
		Idempotency: postgres.Idempotency{Actor: "legal-1", Key: "k", Ref: string(want.ID)},
	}
	requested := must[recovery.Export](t)(b.RequestExport(t.Context(), w))
	want.State, want.Size = recovery.ExportBuilding, 2
	read := must[recovery.Export](t)(b.FindExport(t.Context(), want.ID))
	for _, got := range []recovery.Export{requested, read} {
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	_, err := b.RequestExport(t.Context(), w)
	if !errors.Is(err, postgres.ErrRepeated) {
		t.Errorf("again: %v", err)
	}
	if b.count(t, "outbox where kind = 'export' and ref = $1", want.ID) != 1 {
		t.Error("the builder is not told")
	}
	readyAt := noon.Add(time.Minute)
	want.State, want.Missing, want.Pages, want.ReadyAt = recovery.ExportReady, []string{"身份证明"}, 12, &readyAt
	want.SHA256, want.BagSHA256 = strings.Repeat("cd", 32), strings.Repeat("ef", 32)
	for range 2 {
		if err := b.FinishExport(t.Context(), want, draft(recovery.EntryExportBuilt, "built/"+string(want.ID))); err != nil {
			t.Fatal(err)
		}
	}
	list := must[[]recovery.Export](t)(b.ListExports(t.Context(), c.ID))
	if diff := cmp.Diff([]recovery.Export{want}, list); diff != "" {
		t.Errorf("finished (-want +got):\n%s", diff)
	}
	leaves := verifyChain(t, b.Store, c.ID)
	if len(leaves) != 3 {
		t.Errorf("got %d entries, want 3", len(leaves))
	}
	b.verifyCheckpoint(t, c.ID, must[journal.Checkpoint](t)(b.CheckpointOfSize(t.Context(), c.ID, want.Size)), leaves)
}

func TestFailedExport(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	c := file(t, s)
	e := exportOf(t, c)
	must[recovery.Export](t)(s.RequestExport(t.Context(), postgres.ExportWrite{Export: e, Draft: draft(recovery.EntryExportRequested, "r")}))
	e.State, e.Failure = recovery.ExportFailed, "字体缺失"
	if err := s.FinishExport(t.Context(), e, draft(recovery.EntryExportBuilt, "b")); err != nil {
		t.Fatal(err)
	}
	if got := must[recovery.Export](t)(s.FindExport(t.Context(), e.ID)); got.State != recovery.ExportFailed || got.Failure != "字体缺失" {
		t.Errorf("got %+v", got)
	}
	stranger := exportOf(t, c)
	wantCode(t, s.FinishExport(t.Context(), stranger, draft(recovery.EntryExportBuilt, "c")), recovery.CodeNotFound)
	_, err := s.FindExport(t.Context(), stranger.ID)
	wantCode(t, err, recovery.CodeNotFound)
	stranger.CaseID = "nobody's"
	_, err = s.RequestExport(t.Context(), postgres.ExportWrite{Export: stranger, Draft: draft(recovery.EntryExportRequested, "r")})
	wantCode(t, err, recovery.CodeNotFound)
	wantCode(t, s.FinishExport(t.Context(), stranger, draft(recovery.EntryExportBuilt, "c")), recovery.CodeNotFound)
	if leaves := verifyChain(t, s, c.ID); len(leaves) != 3 {
		t.Errorf("got %d entries, want 3", len(leaves))
	}
}

func TestWriteDirectly(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	c := file(t, s)
	agent, nobody := recovery.UserID("agent-1"), recovery.UserID("")
	for i, step := range []struct {
		assignee  *recovery.UserID
		was, want recovery.UserID
		version   int64
	}{{&agent, "", agent, 2}, {nil, "", agent, 3}, {&nobody, agent, "", 4}} {
		w := postgres.DirectWrite{
			CaseID: c.ID, Assignee: step.assignee, PreviousAssignee: step.was, Draft: draft(recovery.EntryAssigned, numbered("d", i)),
			Idempotency: postgres.Idempotency{Actor: agent, Key: numbered("k", i)},
		}
		if err := s.WriteDirectly(t.Context(), w); err != nil {
			t.Fatal(err)
		}
		if err := s.WriteDirectly(t.Context(), w); !errors.Is(err, postgres.ErrRepeated) {
			t.Errorf("step %d again: %v", i, err)
		}
		got := must[recovery.Case](t)(s.ReadCase(t.Context(), c.ID))
		if got.Assignee != step.want || got.Version != step.version {
			t.Errorf("step %d: assignee %q at version %d", i, got.Assignee, got.Version)
		}
	}
	wantCode(t, s.WriteDirectly(t.Context(), postgres.DirectWrite{CaseID: "nobody's", Draft: draft(recovery.EntryNoteAdded, "")}), recovery.CodeNotFound)
	if leaves := verifyChain(t, s, c.ID); len(leaves) != 4 {
		t.Errorf("got %d entries, want 4", len(leaves))
	}
}

func TestOnlyOneOfManyTakesACase(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	c := file(t, s)
	results := make([]error, 6)
	var group sync.WaitGroup
	for i := range results {
		group.Go(func() {
			agent := recovery.UserID(numbered("agent", i))
			results[i] = s.WriteDirectly(t.Context(), postgres.DirectWrite{
				CaseID: c.ID, Assignee: &agent, Draft: draft(recovery.EntryAssigned, string(agent)),
			})
		})
	}
	group.Wait()
	taken := 0
	for _, err := range results {
		if err == nil {
			taken++
			continue
		}
		wantCode(t, err, recovery.CodeConflict)
	}
	if leaves := verifyChain(t, s, c.ID); taken != 1 || len(leaves) != 2 {
		t.Errorf("%d were told yes, %d entries", taken, len(leaves))
	}
}
