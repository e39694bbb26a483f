package activities_test

import (
	"archive/zip"
	"context"
	"crypto/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"recourse/activities"
	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/evidence/seal"
	"recourse/evidence/seal/sealtest"
	"recourse/evidence/verify"
	"recourse/postgres"
	"recourse/postgres/pgtest"
	"recourse/recovery"
)

// newSealing returns a fixture that seals its dossiers, with a certificate from the
// day the case was filed.
func newSealing(t *testing.T) *exportFixture {
	t.Helper()
	b := newExportFixture(t)
	certificates, key, err := seal.NewDevelopmentAuthority(b.now, rand.Reader)
	b.must(err)
	b.exports.Custody.Identity, err = seal.LoadIdentity(certificates, key)
	b.must(err)
	return b
}

// stampedBy sets the time stamp authority.
func (b *exportFixture) stampedBy(stamper seal.Stamper) {
	b.exports.Stamps = &activities.Stamps{Record: b.store, Stamper: stamper}
}

// run returns the output of a program, which must succeed.
func (b *exportFixture) run(dir, name string, args ...string) string {
	b.Helper()
	command := exec.CommandContext(b.Context(), name, args...)
	command.Dir = dir
	output, err := command.CombinedOutput()
	if err != nil {
		b.Errorf("%s %v: %v\n%s", name, args, err, output)
	}
	return string(output)
}

// unpacked unpacks a bag and returns its folder.
func (b *exportFixture) unpacked(export recovery.Export) string {
	b.Helper()
	archive, err := zip.OpenReader(b.path(export, folio.BagFile))
	b.must(err)
	defer archive.Close()
	dir := b.TempDir()
	b.must(os.CopyFS(dir, archive))
	return filepath.Join(dir, string(b.filed.Number))
}

func (b *exportFixture) write(name string, data []byte) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), name)
	b.must(os.WriteFile(path, data, 0o600))
	return path
}

// checks verifies an export with every verifier.
func (b *exportFixture) checks(export recovery.Export) (bag, pdf verify.Summary) {
	b.Helper()
	var err error
	if bag, err = verify.File(b.path(export, folio.BagFile)); err != nil {
		b.Errorf("the bag does not verify: %v", err)
	}
	path := b.path(export, folio.DossierFile)
	if pdf, err = (verify.Options{Key: b.exports.Custody.Identity.Fingerprint()}).File(path); err != nil {
		b.Errorf("the dossier does not verify: %v", err)
	}
	if output := b.run("", "pdfsig", path); !strings.Contains(output, "Signature is Valid.") || !strings.Contains(output, "Total document signed") {
		b.Errorf("pdfsig: %s", output)
	}
	dir := b.unpacked(export)
	b.run(dir, "sh", "verify.sh")
	b.run(dir, "sh", "verify.sh", "dossier.pdf")
	if digestOf(b.T, filepath.Join(dir, "dossier.pdf")) != export.SHA256 || digestOf(b.T, path) != export.SHA256 {
		b.Error("the dossier on record, in the bag and on its own are not one")
	}
	return bag, pdf
}

func TestBuildExportSealsAndStamps(t *testing.T) {
	t.Parallel()
	b := newSealing(t)
	tsa := sealtest.StartAuthority(t)
	b.stampedBy(sealtest.NewStampClient(t, tsa))
	asked := b.request(recovery.ForCourt)
	bag, pdf := b.checks(b.wantState(asked, recovery.ExportReady))
	if bag.Stamps != 1 || bag.Stamp == nil || bag.Keys != 1 || pdf.PDF == nil || !pdf.PDF.Development || pdf.Stamp == nil {
		t.Errorf("bag %+v, dossier %+v", bag, pdf)
	}
	stored, err := b.store.CheckpointOfSize(t.Context(), asked.CaseID, asked.Size)
	b.must(err)
	output := b.run("", "openssl", "ts", "-verify", "-token_in", "-in", b.write("token", stored.Token),
		"-data", b.write("note", []byte(stored.Note)), "-CAfile", b.write("roots", tsa.Roots))
	if !strings.Contains(output, "Verification: OK") {
		t.Error(output)
	}
	text := b.run("", "pdftotext", b.path(asked, folio.DossierFile), "-")
	if !strings.Contains(text, seal.DevelopmentNotice) || !strings.Contains(text, "检查点另有外部时间戳") {
		t.Error("the papers do not say by whom they are sealed and whose time they have")
	}
}

// away is an authority that stops answering after a number of stamps.
type away struct {
	seal.Stamper
	left int
}

func (a *away) Stamp(ctx context.Context, digest [32]byte, notBefore time.Time) (seal.Stamp, error) {
	if a.left--; a.left < 0 {
		return seal.Stamp{}, recovery.Faultf(recovery.CodeUnavailable, "away")
	}
	return a.Stamper.Stamp(ctx, digest, notBefore)
}

// TestBuildExportGoesWithoutAnAuthority: an export is built if the authority does
// not answer from the start or before the seal, and its papers state it.
func TestBuildExportGoesWithoutAnAuthority(t *testing.T) {
	t.Parallel()
	for left, stamps := range []int{0, 1} {
		b := newSealing(t)
		b.stampedBy(&away{sealtest.NewStampClient(t, sealtest.StartAuthority(t)), left})
		ready := b.wantState(b.request(recovery.ForCourt), recovery.ExportReady)
		bag, pdf := b.checks(ready)
		if bag.Stamps != stamps || pdf.Stamp != nil {
			t.Errorf("%d stamps to be had: bag %+v, dossier %+v", left, bag, pdf)
		}
		said := strings.Contains(b.run("", "pdftotext", b.path(ready, folio.DossierFile), "-"), "不含可信时间戳")
		if said != (stamps == 0) {
			t.Errorf("%d stamps to be had: the papers say that there is none: %v", left, said)
		}
	}
}

// TestBuildExportAcrossAChangeOfKeys: one bag has earlier checkpoints signed by the
// old key and the last one by the new key.
func TestBuildExportAcrossAChangeOfKeys(t *testing.T) {
	t.Parallel()
	b := newSealing(t)
	old, fresh := pgtest.Signer(t), pgtest.Signer(t)
	begun, err := old.StartHistory(b.now.Add(-time.Hour))
	b.must(err)
	history, err := journal.RotateKey(begun, old, fresh, b.now.Add(time.Hour))
	b.must(err)
	keys, err := journal.NewKeyring(history, old, fresh)
	b.must(err)
	b.store = pgtest.Open(t, pgtest.URL(t), postgres.Options{Keys: keys, Now: func() time.Time { return b.now }})
	b.exports.Archive, b.exports.Custody.Keys = b.store, keys
	b.stampedBy(sealtest.NewStampClient(t, sealtest.StartAuthority(t)))
	b.filed = b.file()
	_, err = b.store.AppendEntries(t.Context(), b.filed.ID, true, b.draft(recovery.EntryNoteAdded, "before"))
	b.must(err)
	if stamped, err := b.exports.Stamps.StampBatch(t.Context(), 10, time.Minute); err != nil || stamped != 1 {
		t.Fatalf("%d stamps: %v", stamped, err)
	}
	b.now = b.now.Add(2 * time.Hour)
	_, err = b.store.AppendEntries(t.Context(), b.filed.ID, true, b.draft(recovery.EntryNoteAdded, "after"))
	b.must(err)
	asked := b.request(recovery.ForCourt)
	bag, _ := b.checks(b.wantState(asked, recovery.ExportReady))
	if bag.Keys != 2 || bag.Checkpoints != 2 || bag.Stamps != 2 {
		t.Errorf("%+v", bag)
	}
	folio := b.folio(asked)
	if first, err := keys.FindSigningKey(folio.Earlier[0].Note); err != nil || first != old.VerifierKey() || folio.Key != fresh.VerifierKey() {
		t.Errorf("signed by %s and %s (%v)", first, folio.Key, err)
	}
}

// TestBuildExportKeepsStampsOutWithoutTheirRoots: without a configured authority,
// nothing shows which certificates earlier stamps lead to.
func TestBuildExportKeepsStampsOutWithoutTheirRoots(t *testing.T) {
	t.Parallel()
	b := newSealing(t)
	b.stampedBy(sealtest.NewStampClient(t, sealtest.StartAuthority(t)))
	b.wantState(b.request(recovery.ForCourt), recovery.ExportReady)
	b.exports.Stamps = nil
	if bag, _ := b.checks(b.wantState(b.request(recovery.ForCourt), recovery.ExportReady)); bag.Stamps != 0 || bag.Checkpoints != 1 {
		t.Errorf("%+v", bag)
	}
}

func TestBuildExportOfAStrangersCheckpoint(t *testing.T) {
	t.Parallel()
	b := newExportFixture(t)
	asked := b.request(recovery.ForCourt)
	b.exports.Custody.Keys = pgtest.Keys(t, pgtest.Signer(t))
	b.wantState(asked, recovery.ExportFailed)
}

// TestStampBatchContinuesAfterAFailure: failed checkpoints wait for their lease and
// do not delay others.
func TestStampBatchContinuesAfterAFailure(t *testing.T) {
	t.Parallel()
	b := newExportFixture(t)
	for range 3 {
		_, err := b.store.AppendEntries(t.Context(), b.another().ID, true, b.draft(recovery.EntryNoteAdded, "n"))
		b.must(err)
	}
	stamps := &activities.Stamps{Record: b.store, Stamper: &away{sealtest.NewStampClient(t, sealtest.StartAuthority(t)), 2}}
	stamped, err := stamps.StampBatch(t.Context(), 10, time.Minute)
	if stamped != 2 || err != nil {
		t.Errorf("%d stamps, %v", stamped, err)
	}
	stamped, err = stamps.StampBatch(t.Context(), 10, time.Minute)
	if stamped != 0 || err != nil {
		t.Errorf("asked again before the lease was over: %d, %v", stamped, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if stamped, err = stamps.StampBatch(ended, 10, time.Minute); stamped != 0 || err == nil {
		t.Errorf("told to stop: %d, %v", stamped, err)
	}
}
