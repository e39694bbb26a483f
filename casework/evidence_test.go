package casework_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/jpeg"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/recovery"
)

func shot(t testing.TB) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 64, 128))
	for i := range img.Pix {
		img.Pix[i] = uint8(i * i / 97)
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// begin announces a file of the rig's claimant and sends all of it.
func begin(t testing.TB, r *casetest.Fixture, id recovery.CaseID, data []byte) recovery.EvidenceID {
	t.Helper()
	sum := sha256.Sum256(data)
	req := r.As(recovery.RoleClaimant)
	reply, err := r.BeginUpload(t.Context(), req, id, casework.AnnouncedFile{
		Size: int64(len(data)), FileDescription: recovery.FileDescription{Kind: recovery.ChatScreenshot, SHA256: hex.EncodeToString(sum[:])},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.PutPart(t.Context(), req.Actor, reply.Value.ID, 1, nil, bytes.NewReader(data)); err != nil {
		t.Fatal(err)
	}
	return reply.Value.ID
}

// Whoever completes an upload several times at once, with or without a key, has
// one file and one entry.
func TestCompletingAtOnce(t *testing.T) {
	t.Parallel()
	r := casetest.New(t)
	c, data := r.FileCase(t), shot(t)
	id := begin(t, r, c.ID, data)
	var group sync.WaitGroup
	errs := make([]error, 6)
	for i := range errs {
		group.Go(func() {
			req := r.As(recovery.RoleClaimant)
			if i%2 == 1 {
				req.Key = fmt.Sprint("k", i)
			}
			reply, err := r.CompleteUpload(t.Context(), req, id)
			if err == nil && reply.Value.ID != id {
				err = fmt.Errorf("another record: %+v", reply.Value)
			}
			if recovery.CodeOf(err) == recovery.CodeConflict { // the parts went while it looked: it is complete
				_, err = r.CompleteUpload(t.Context(), req, id)
			}
			errs[i] = err
		})
	}
	group.Wait()
	for i, err := range errs {
		if err != nil {
			t.Errorf("%d: %v", i, err)
		}
	}
	added := 0
	for _, entry := range r.ReadEntries(t, c.ID) {
		if entry.Kind == recovery.EntryEvidenceAdded {
			added++
			if entry.Facts["sender_sha256"] == nil || entry.Facts["parts"] != 1.0 {
				t.Errorf("%v", entry.Facts)
			}
		}
	}
	if added != 1 {
		t.Errorf("%d entries", added)
	}
}

// What nobody went on with for a day is forgotten when the next one begins.
func TestAbandonedUploadsAreForgotten(t *testing.T) {
	t.Parallel()
	r := casetest.New(t)
	c := r.FileCase(t)
	id := begin(t, r, c.ID, []byte("half of it\n"))
	folder := filepath.Join(r.BlobDir, "parts", string(id))
	old := time.Now().Add(-25 * time.Hour)
	if err := os.Chtimes(folder, old, old); err != nil {
		t.Fatal(err)
	}
	begin(t, r, c.ID, []byte("another\n"))
	if _, err := os.Stat(folder); !os.IsNotExist(err) {
		t.Errorf("the parts are still there: %v", err)
	}
}

// A disk that fails while the shown copy is made leaves no entry of one.
func TestViewOfALostOriginal(t *testing.T) {
	t.Parallel()
	r := casetest.New(t)
	c := r.FileCase(t)
	e := r.Upload(t, c.ID, recovery.ChatScreenshot, shot(t))
	if err := filepath.WalkDir(r.BlobDir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			err = os.Remove(path)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	before := len(r.ReadEntries(t, c.ID))
	if _, err := r.OpenView(t.Context(), r.As(recovery.RoleAgent), e.ID, ""); recovery.CodeOf(err) != recovery.CodeNotFound {
		t.Error(err)
	}
	if after := len(r.ReadEntries(t, c.ID)); after != before {
		t.Errorf("%d entries more", after-before)
	}
}
