package postgres_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"recourse/evidence/journal"
	"recourse/postgres"
	"recourse/recovery"
)

// addFile adds a file with this digest and perceptual hash, in base64, and
// compares it as casework does.
func addFile(t testing.TB, s *postgres.Store, c recovery.Case, digest, hash string) recovery.Evidence {
	t.Helper()
	e := evidenceOf(t, c)
	e.SHA256 = strings.Repeat(digest, 32)
	w := postgres.EvidenceWrite{
		Evidence: e, Draft: draft(recovery.EntryEvidenceAdded, "evidence/"+string(e.ID)),
		Details: &recovery.EvidenceDetails{EvidenceID: e.ID, Report: json.RawMessage(`{"sketch": "` + hash + `"}`)},
		FindDuplicate: func(others []recovery.OtherFile) recovery.EvidenceID {
			for _, other := range others {
				if other.SHA256 == e.SHA256 || hash != "" && hash == base64.StdEncoding.EncodeToString(other.PerceptualHash) {
					return other.ID
				}
			}
			return ""
		},
	}
	return must[recovery.Evidence](t)(s.AddEvidence(t.Context(), w))
}

func details(t testing.TB, s *postgres.Store, id recovery.EvidenceID) recovery.EvidenceDetails {
	t.Helper()
	return must[recovery.EvidenceDetails](t)(s.EvidenceDetails(t.Context(), id))
}

func TestDetailsAreKeptWithTheRecord(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := file(t, b.Store)
	const look = "+f8="
	first := addFile(t, b.Store, c, "ab", look)
	other := addFile(t, b.Store, c, "cd", "")
	second := addFile(t, b.Store, c, "ef", look)
	third := addFile(t, b.Store, c, "cd", "")
	for e, near := range map[recovery.EvidenceID]recovery.EvidenceID{first.ID: "", other.ID: "", second.ID: first.ID, third.ID: other.ID} {
		d := details(t, b.Store, e)
		if near == "" && d.NearDuplicateOf != nil || near != "" && (d.NearDuplicateOf == nil || *d.NearDuplicateOf != near) {
			t.Errorf("%s: %+v", e, d)
		}
	}
	if d := details(t, b.Store, first.ID); string(d.Report) != `{"sketch": "+f8="}` || len(d.Answers) != 0 || d.ViewSHA256 != "" {
		t.Errorf("%+v", d)
	}
	files := []recovery.EvidenceID{first.ID, other.ID, second.ID, third.ID}
	all := must[map[recovery.EvidenceID]recovery.EvidenceDetails](t)(b.EvidenceDetailsOf(t.Context(), files))
	if len(all) != 4 {
		t.Errorf("%d of 4", len(all))
	}
	entries := must[[]journal.StoredEntry](t)(b.ReadJournal(t.Context(), c.ID, second.Seq-1, 1))
	if !strings.Contains(string(entries[0].Record.Bytes), `"near_duplicate_of":"`+string(first.ID)+`"`) {
		t.Errorf("%s", entries[0].Record.Bytes)
	}
}

// Of two files that come at once, one is compared with the other.
func TestNearDuplicatesAtOnce(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := file(t, b.Store)
	var group sync.WaitGroup
	files := make([]recovery.EvidenceID, 6)
	for i := range files {
		group.Go(func() { files[i] = addFile(t, b.Store, c, "ab", "").ID })
	}
	group.Wait()
	flagged := 0
	for _, d := range must[map[recovery.EvidenceID]recovery.EvidenceDetails](t)(b.EvidenceDetailsOf(t.Context(), files)) {
		if d.NearDuplicateOf != nil {
			flagged++
		}
	}
	if flagged != 5 {
		t.Errorf("%d of 6 are flagged, want all but the first", flagged)
	}
}

func TestAnswersJoin(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := file(t, b.Store)
	e := addFile(t, b.Store, c, "ab", "")
	answer := func(key string, answers map[string]string) error {
		return b.WriteAnswers(t.Context(), postgres.AnswersWrite{
			CaseID: c.ID, EvidenceID: e.ID, Answers: answers, Draft: draft(recovery.EntryEvidenceViewed, ""),
			Idempotency: postgres.Idempotency{Actor: "owner-1", Key: key, Fingerprint: "f", Ref: string(e.ID), Result: []byte("{}")},
		})
	}
	if err := errors.Join(answer("1", map[string]string{"device": "confirmed", "taken_at": "rejected"}), answer("2", map[string]string{"taken_at": "confirmed"})); err != nil {
		t.Fatal(err)
	}
	if err := answer("2", map[string]string{"device": "rejected"}); !errors.Is(err, postgres.ErrRepeated) {
		t.Error(err)
	}
	if diff := cmp.Diff(map[string]string{"device": "confirmed", "taken_at": "confirmed"}, details(t, b.Store, e.ID).Answers); diff != "" {
		t.Error(diff)
	}
	verifyChain(t, b.Store, c.ID)
}

func announced(t testing.TB, c recovery.Case) recovery.Upload {
	t.Helper()
	return recovery.Upload{
		FileDescription: recovery.FileDescription{
			Kind: recovery.ScreenRecording, FileName: "录屏.mp4", Source: "own phone", Description: "the group", SHA256: strings.Repeat("ab", 32),
		},
		ID: recovery.EvidenceID(newID(t)), CaseID: c.ID, By: recovery.Actor{Role: recovery.RoleClaimant, ID: "owner-1"}, Size: 9,
		PartSize: 4, CreatedAt: noon,
	}
}

func TestUploadsComeAndGo(t *testing.T) {
	t.Parallel()
	now := noon
	b := open(t, postgres.Options{Now: func() time.Time { return now }})
	c := file(t, b.Store)
	want := announced(t, c)
	idem := postgres.Idempotency{Actor: "owner-1", Key: "k", Fingerprint: "f", Ref: string(want.ID)}
	if _, err := b.BeginUpload(t.Context(), want, idem); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, must[recovery.Upload](t)(b.FindUpload(t.Context(), want.ID))); diff != "" {
		t.Error(diff)
	}
	again := announced(t, c)
	if _, err := b.BeginUpload(t.Context(), again, idem); !errors.Is(err, postgres.ErrRepeated) {
		t.Error(err)
	}
	now = noon.Add(recovery.UploadLife + time.Second)
	if _, err := b.FindUpload(t.Context(), want.ID); recovery.CodeOf(err) != recovery.CodeNotFound {
		t.Errorf("a day later: %v", err)
	}
	again.CreatedAt = now
	if _, err := b.BeginUpload(t.Context(), again, postgres.Idempotency{}); err != nil {
		t.Fatal(err)
	}
	if b.count(t, "uploads where $1 <> ''", "x") != 1 {
		t.Error("what came to nothing is not forgotten")
	}
	if err := b.DeleteUpload(t.Context(), again.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := b.FindUpload(t.Context(), again.ID); recovery.CodeOf(err) != recovery.CodeNotFound {
		t.Error(err)
	}
}

func TestUploadsUnderWayAreBounded(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{Now: func() time.Time { return noon }})
	c := file(t, b.Store)
	for i := range recovery.MaxUploads + 1 {
		_, err := b.BeginUpload(t.Context(), announced(t, c), postgres.Idempotency{})
		if want := i == recovery.MaxUploads; (recovery.CodeOf(err) == recovery.CodeConflict) != want || err != nil && !want {
			t.Fatalf("upload %d: %v", i, err)
		}
	}
	if b.count(t, "uploads where $1 <> ''", "x") != recovery.MaxUploads {
		t.Error("the refused one stands")
	}
}

// TestUploadsAtOnceAreBounded: uploads that are announced at the same time do not exceed
// the limit together.
func TestUploadsAtOnceAreBounded(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{Now: func() time.Time { return noon }})
	c := file(t, b.Store)
	var begun atomic.Int32
	var group sync.WaitGroup
	for range 2 * recovery.MaxUploads {
		upload := announced(t, c)
		group.Go(func() {
			_, err := b.BeginUpload(t.Context(), upload, postgres.Idempotency{})
			switch {
			case err == nil:
				begun.Add(1)
			case recovery.CodeOf(err) != recovery.CodeConflict:
				t.Error(err)
			}
		})
	}
	group.Wait()
	if got := int(begun.Load()); got != recovery.MaxUploads || b.count(t, "uploads where $1 <> ''", "x") != got {
		t.Errorf("%d uploads were begun, %d are allowed", got, recovery.MaxUploads)
	}
}

// TestIdleUploadsGiveWay: an account that began as many as it may and left them can go on
// after UploadIdle. The one that is idle for the longest time gives way, one at a time; an
// upload that receives parts stays.
func TestIdleUploadsGiveWay(t *testing.T) {
	t.Parallel()
	now := noon
	b := open(t, postgres.Options{Now: func() time.Time { return now }})
	c := file(t, b.Store)
	begin := func() (recovery.EvidenceID, []recovery.EvidenceID, error) {
		u := announced(t, c)
		u.CreatedAt = now
		replaced, err := b.BeginUpload(t.Context(), u, postgres.Idempotency{})
		return u.ID, replaced, err
	}
	var begun []recovery.EvidenceID
	for range recovery.MaxUploads {
		id, _, err := begin()
		if err != nil {
			t.Fatal(err)
		}
		begun, now = append(begun, id), now.Add(time.Second)
	}
	if _, _, err := begin(); recovery.CodeOf(err) != recovery.CodeConflict {
		t.Fatalf("one too many: %v", err)
	}
	now = noon.Add(recovery.UploadIdle)
	if err := b.KeepUpload(t.Context(), begun[0]); err != nil {
		t.Fatal(err)
	}
	now = now.Add(2500 * time.Millisecond) // the second and third are idle for long enough
	for _, want := range []recovery.EvidenceID{begun[1], begun[2]} {
		if _, replaced, err := begin(); err != nil || !slices.Equal(replaced, []recovery.EvidenceID{want}) {
			t.Errorf("replaced %v, want %s (%v)", replaced, want, err)
		}
	}
	if _, _, err := begin(); recovery.CodeOf(err) != recovery.CodeConflict {
		t.Errorf("while all others are in use: %v", err)
	}
	if err := b.KeepUpload(t.Context(), begun[1]); recovery.CodeOf(err) != recovery.CodeNotFound {
		t.Errorf("a part for the upload that gave way: %v", err)
	}
}
