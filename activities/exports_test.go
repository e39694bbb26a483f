package activities_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"

	"recourse/activities"
	"recourse/evidence/dossier"
	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/evidence/originals/blob"
	"recourse/evidence/originals/decode"
	"recourse/evidence/verify"
	"recourse/postgres"
	"recourse/recovery"
)

// fonts are read once for all tests.
var fonts = sync.OnceValues(func() (*dossier.Fonts, error) { return dossier.LoadFonts(dossier.FindFonts(".")) })

// exportFixture is a case with originals and the activities of exports.
type exportFixture struct {
	*caseFixture
	blobs   *blob.Store
	exports *activities.Exports
}

func newExportFixture(t *testing.T) *exportFixture {
	t.Helper()
	r := newCaseFixture(t)
	blobs, err := blob.Open(t.TempDir())
	r.must(err)
	b := &exportFixture{caseFixture: r, blobs: blobs}
	loaded, err := fonts()
	r.must(err)
	b.exports = &activities.Exports{
		Decoder: decode.NewLocalDecoder(),
		Archive: r.store, Originals: blobs, Checklist: activities.PinnedRules{Registry: r.playbooks}, Fonts: loaded,
		Custody: folio.Custody{Version: "1.2.3", Custodian: "测试单位", Keys: r.keys},
		Dir:     filepath.Join(t.TempDir(), "exports"), Now: r.cases.Now,
	}
	return b
}

// keep stores an original as casework does.
func (b *exportFixture) keep(kind recovery.EvidenceKind, content string) recovery.Evidence {
	b.Helper()
	pending, err := b.blobs.Receive(b.Context(), strings.NewReader(content), 1<<20)
	b.must(err)
	defer pending.Discard()
	_, err = pending.Commit(b.Context())
	b.must(err)
	one := recovery.Evidence{
		ID: recovery.EvidenceID(newID()), CaseID: b.filed.ID, Kind: kind, SHA256: pending.SHA256(), Size: pending.Size(),
		MediaType: "text/plain", FileName: "聊天记录.txt", ReceivedAt: b.now,
	}
	draft := b.draft(recovery.EntryEvidenceAdded, "evidence:"+string(one.ID))
	draft.Facts = map[string]any{"evidence_id": one.ID, "kind": kind}
	draft.Blob = &journal.Blob{SHA256: one.SHA256, Size: one.Size, MediaType: one.MediaType}
	draft.Personal = map[string]string{"file_name": one.FileName}
	kept, err := b.store.AddEvidence(b.Context(), postgres.EvidenceWrite{Evidence: one, Draft: draft})
	b.must(err)
	return kept
}

func (b *exportFixture) request(audience recovery.Audience) recovery.Export {
	b.Helper()
	return b.requestBy(audience, recovery.RoleLegal)
}

func (b *exportFixture) requestBy(audience recovery.Audience, role recovery.Role) recovery.Export {
	b.Helper()
	export := recovery.Export{
		ID: recovery.ExportID(newID()), CaseID: b.filed.ID, Audience: audience, State: recovery.ExportBuilding, CreatedAt: b.now,
		By: recovery.Actor{Role: role},
	}
	draft := b.draft(recovery.EntryExportRequested, "export:"+string(export.ID))
	draft.Facts = map[string]any{"export_id": export.ID, "audience": audience}
	asked, err := b.store.RequestExport(b.Context(), postgres.ExportWrite{Export: export, Draft: draft})
	b.must(err)
	return asked
}

// build runs the activity as a worker would.
func (b *exportFixture) build(export recovery.Export) (activities.ExportResult, error) {
	b.Helper()
	return runBuild(b.exports, export)
}

// runBuild runs the activity as a worker would.
func runBuild(exports *activities.Exports, export recovery.Export) (activities.ExportResult, error) {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestActivityEnvironment()
	env.RegisterActivityWithOptions(exports.BuildExport, activity.RegisterOptions{Name: activities.NameBuildExport})
	value, err := env.ExecuteActivity(activities.NameBuildExport, activities.ExportInput{CaseID: export.CaseID, ExportID: export.ID})
	if err != nil {
		return activities.ExportResult{}, err
	}
	var result activities.ExportResult
	return result, value.Get(&result)
}

func (b *exportFixture) wantState(export recovery.Export, want recovery.ExportState) recovery.Export {
	b.Helper()
	result, err := b.build(export)
	b.must(err)
	stored, err := b.store.FindExport(b.Context(), export.ID)
	b.must(err)
	if result.State != want || stored.State != want {
		b.Fatalf("result %s, record %+v, want %s", result.State, stored, want)
	}
	return stored
}

func (b *exportFixture) path(export recovery.Export, name string) string {
	return folio.ExportPath(b.exports.Dir, export.ID, name)
}

// folio is what a requested export is made of.
func (b *exportFixture) folio(export recovery.Export) folio.Folio {
	b.Helper()
	f, err := b.exports.Assemble(b.Context(), export)
	b.must(err)
	return f
}

func digestOf(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func TestBuildExport(t *testing.T) {
	t.Parallel()
	b := newExportFixture(t)
	b.keep(recovery.ChatScreenshot, "chat")
	b.keep(recovery.Statement, "bill")
	asked := b.request(recovery.ForCourt)
	b.keep(recovery.Ticket, "too late for this export")
	ready := b.wantState(asked, recovery.ExportReady)

	pages := strings.Count(b.run("", "pdftotext", b.path(asked, folio.DossierFile), "-"), "\f")
	if ready.Pages != pages || len(ready.Missing) == 0 || ready.ReadyAt == nil || ready.Failure != "" {
		t.Errorf("%d pages, export %+v", pages, ready)
	}
	if got := digestOf(t, b.path(asked, folio.DossierFile)); got != ready.SHA256 {
		t.Errorf("dossier %s, recorded %s", got, ready.SHA256)
	}
	if got := digestOf(t, b.path(asked, folio.BagFile)); got != ready.BagSHA256 {
		t.Errorf("bag %s, recorded %s", got, ready.BagSHA256)
	}
	summary, err := verify.File(b.path(asked, folio.BagFile))
	if err != nil {
		t.Fatalf("the bag does not verify: %v", err)
	}
	if summary.Entries != asked.Size || summary.Originals != 2 || summary.Hidden != 0 || summary.Custodian != "测试单位" {
		t.Errorf("summary %+v", summary)
	}
	added := recovery.EntryEvidenceAdded
	b.wantKinds(added, added, recovery.EntryExportRequested, added, recovery.EntryExportBuilt)
}

// TestBuildExportTwice: a complete build is kept even if it could not be recorded;
// only incomplete builds are repeated.
func TestBuildExportTwice(t *testing.T) {
	t.Parallel()
	b := newExportFixture(t)
	b.keep(recovery.ChatScreenshot, "chat")
	asked := b.request(recovery.ForCourt)
	honest := b.exports.Archive
	b.exports.Archive = deaf{b.store}
	if _, err := b.build(asked); err == nil {
		t.Fatal("an export that could not be recorded is done")
	}
	first := digestOf(t, b.path(asked, folio.BagFile))
	b.exports.Archive, b.exports.Originals = honest, brokenOriginals{}                     // nothing is built again
	b.must(os.Mkdir(filepath.Join(b.exports.Dir, ".draft-"+string(asked.ID)+"-1"), 0o700)) // left by a kill
	ready := b.wantState(asked, recovery.ExportReady)
	if ready.BagSHA256 != first {
		t.Errorf("built again, the bag is another: %s and %s", first, ready.BagSHA256)
	}
	b.wantState(asked, recovery.ExportReady)
	if ready.Pages == 0 || len(ready.Missing) == 0 || ready.SHA256 != digestOf(t, b.path(asked, folio.DossierFile)) {
		t.Errorf("recorded %+v", ready)
	}
	b.wantKinds(recovery.EntryEvidenceAdded, recovery.EntryExportRequested, recovery.EntryExportBuilt)
}

// TestBuildExportClearsUp: the drafts of a killed worker are removed.
func TestBuildExportClearsUp(t *testing.T) {
	t.Parallel()
	b := newExportFixture(t)
	asked := b.request(recovery.ForCourt)
	b.must(os.MkdirAll(filepath.Join(b.exports.Dir, ".draft-"+string(asked.ID)+"-1"), 0o700))
	ready := b.wantState(asked, recovery.ExportReady)
	if ready.SHA256 != digestOf(t, b.path(asked, folio.DossierFile)) {
		t.Error("the recorded digest is not that of the dossier")
	}
	left, err := filepath.Glob(filepath.Join(b.exports.Dir, ".draft-*"))
	if err != nil || len(left) != 0 {
		t.Errorf("drafts left behind: %v %v", left, err)
	}
}

// deaf is a database that cannot record the end of an export.
type deaf struct{ *postgres.Store }

func (deaf) FinishExport(context.Context, recovery.Export, journal.Draft) error {
	return errors.New("the database is away")
}

func TestBuildExportMasks(t *testing.T) {
	t.Parallel()
	b := newExportFixture(t)
	b.keep(recovery.Identity, "identity card")
	b.keep(recovery.ChatScreenshot, "chat")
	note := b.draft(recovery.EntryNoteAdded, "note")
	note.Facts, note.Personal = map[string]any{"visibility": "internal"}, map[string]string{"text": "疑似套现"}
	_, err := b.store.AppendEntries(t.Context(), b.filed.ID, false, note)
	b.must(err)
	secrets := map[string][]recovery.Audience{ // and who may see them
		"13800000000":   {recovery.ForCourt, recovery.ForArchive},
		"13900000000":   {recovery.ForCourt, recovery.ForArchive},
		"w@example.com": {recovery.ForCourt, recovery.ForArchive},
		"疑似套现":          {recovery.ForArchive},
		"王小满":           recovery.Audiences,
	}
	for _, audience := range recovery.Audiences {
		asked := b.request(audience)
		b.wantState(asked, recovery.ExportReady)
		summary, err := verify.File(b.path(asked, folio.BagFile))
		if err != nil {
			t.Fatalf("for %s the bag does not verify: %v", audience, err)
		}
		shown := shownIn(b.folio(asked))
		for secret, may := range secrets {
			want := strings.Contains(fmt.Sprint(may), string(audience))
			if strings.Contains(shown, secret) != want {
				t.Errorf("for %s, %s is shown: %v", audience, secret, !want)
			}
		}
		outside := audience == recovery.ForOpponent || audience == recovery.ForPlatform
		if (summary.Withheld == 2) != outside || (summary.Originals == 0) != outside || (summary.WithheldEntries > 0) != outside {
			t.Errorf("for %s: %d originals, %d withheld", audience, summary.Originals, summary.Withheld)
		}
	}
}

// shownIn returns all text in a folio.
func shownIn(f folio.Folio) string {
	var out strings.Builder
	fmt.Fprint(&out, f.Case)
	for _, entry := range f.Entries {
		out.Write(entry.Raw)
		fmt.Fprint(&out, entry.Masked)
		for _, value := range entry.Values {
			out.WriteString(value.Value)
		}
	}
	return out.String()
}

func TestBuildExportOfDamagedOriginals(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		damage func(b *exportFixture, one recovery.Evidence)
	}{
		{"gone", func(b *exportFixture, one recovery.Evidence) { b.must(b.blobs.Remove(one.SHA256)) }},
		{"other bytes", func(b *exportFixture, _ recovery.Evidence) { b.exports.Originals = forged{} }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newExportFixture(t)
			one := b.keep(recovery.ChatScreenshot, "chat")
			asked := b.request(recovery.ForCourt)
			test.damage(b, one)
			failed := b.wantState(asked, recovery.ExportFailed)
			if failed.Failure == "" || strings.Contains(failed.Failure, one.SHA256) || failed.SHA256 != "" {
				t.Errorf("export %+v", failed)
			}
			b.wantKinds(recovery.EntryEvidenceAdded, recovery.EntryExportRequested, recovery.EntryExportBuilt)
			if _, err := os.Stat(b.path(asked, folio.BagFile)); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("a bag was left: %v", err)
			}
		})
	}
}

type forged struct{}

func (forged) Open(string) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader([]byte("forged"))), nil
}

// brokenOriginals is a store on a broken disk.
type brokenOriginals struct{}

func (brokenOriginals) Open(string) (io.ReadCloser, error) {
	return nil, errors.New("the disk is broken")
}

// TestBuildExportWithoutSpace: it is tried again, leaves no files, and is built when there
// is room for the files twice.
func TestBuildExportWithoutSpace(t *testing.T) {
	t.Parallel()
	b := newExportFixture(t)
	b.keep(recovery.ChatScreenshot, strings.Repeat("聊天记录 ", 100))
	export := b.request(recovery.ForCourt)
	free := int64(3_000)
	b.exports.Space = &blob.Space{Reserve: 1_000, Free: func(string) (int64, error) { return free, nil }}
	if _, err := b.build(export); err == nil || !strings.Contains(err.Error(), string(recovery.CodeStorageFull)) {
		t.Errorf("built without space: %v", err)
	}
	if _, err := os.Stat(b.exports.Dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("something is left: %v", err)
	}
	free = 1 << 40
	b.wantState(export, recovery.ExportReady)
}

// TestBuildExportThatMayPass: a temporary failure is retried and the export stays
// in the state building.
func TestBuildExportThatMayPass(t *testing.T) {
	t.Parallel()
	b := newExportFixture(t)
	b.keep(recovery.ChatScreenshot, "chat")
	asked := b.request(recovery.ForCourt)
	b.exports.Originals = brokenOriginals{}
	if _, err := b.build(asked); err == nil {
		t.Error("it did not fail")
	}
	stored, err := b.store.FindExport(t.Context(), asked.ID)
	if err != nil || stored.State != recovery.ExportBuilding {
		t.Errorf("export %+v %v", stored, err)
	}
	b.exports.Originals = b.blobs
	b.wantState(asked, recovery.ExportReady)
}

func TestBuildExportRefuses(t *testing.T) {
	t.Parallel()
	b := newExportFixture(t)
	asked := b.request(recovery.ForCourt)
	foreign := asked
	foreign.CaseID = b.another().ID
	_, err := b.build(foreign)
	wantPermanent(t, err, recovery.CodeConflict)
	unknown := asked
	unknown.ID = recovery.ExportID(newID())
	_, err = b.build(unknown)
	wantPermanent(t, err, recovery.CodeNotFound)
}

func TestFolio(t *testing.T) {
	t.Parallel()
	b := newExportFixture(t)
	b.keep(recovery.ChatScreenshot, "chat")
	b.keep(recovery.ChatScreenshot, "chat") // the same bytes for the same purpose
	b.keep(recovery.Statement, "chat")      // and for another
	asked := b.request(recovery.ForCourt)
	b.wantState(asked, recovery.ExportReady)
	folio := b.folio(asked)
	var kinds []recovery.EvidenceKind
	for _, exhibit := range folio.Exhibits {
		kinds = append(kinds, exhibit.Kind)
	}
	if diff := cmp.Diff([]recovery.EvidenceKind{recovery.ChatScreenshot, recovery.Statement}, kinds); diff != "" {
		t.Errorf("exhibits (-want +got):\n%s", diff)
	}
	if int64(len(folio.Entries)) != asked.Size || !folio.At.Equal(asked.CreatedAt) || folio.Generator != "recourse 1.2.3" {
		t.Errorf("%d entries of %d, at %s, by %s", len(folio.Entries), asked.Size, folio.At, folio.Generator)
	}
	vkey, err := b.keys.FindSigningKey(folio.Checkpoint)
	b.must(err)
	if !strings.Contains(folio.Checkpoint, fmt.Sprintf("\n%d\n", asked.Size)) || folio.Key != vkey {
		t.Errorf("checkpoint %q under %q", folio.Checkpoint, folio.Key)
	}
}

func TestExportPath(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ id, name, want string }{
		{"x-1", "dossier.pdf", "/exports/x-1/dossier.pdf"},
		{"../../etc", "passwd", "/exports/etc/passwd"},
		{"x-1", "../../../passwd", "/exports/x-1/passwd"},
		{"a/b", "c/d", "/exports/b/d"},
	} {
		if got := folio.ExportPath("/exports", recovery.ExportID(test.id), test.name); got != test.want {
			t.Errorf("%s %s: %s, want %s", test.id, test.name, got, test.want)
		}
	}
}
