package activities_test

import (
	"archive/zip"
	"bytes"
	"io"
	"testing"

	"recourse/activities"
	"recourse/evidence/verify"
	"recourse/postgres"
	"recourse/recovery"
)

// unpacked is everything that stands in a bag.
func unpacked(t *testing.T, path string) []byte {
	t.Helper()
	bag, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = bag.Close() }()
	var all bytes.Buffer
	for _, file := range bag.File {
		content, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&all, content); err != nil {
			t.Fatal(err)
		}
	}
	return all.Bytes()
}

// TestTheBagOfAnErasedCase verifies, tells that and how much was erased, and
// holds nothing of it.
func TestTheBagOfAnErasedCase(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.keep(recovery.ChatScreenshot, "the original bytes")
	whole := b.wantState(b.request(recovery.ForArchive), recovery.ExportReady)
	before := unpacked(t, b.path(whole, activities.BagFile))
	stored, err := b.store.Journal(b.Context(), b.filed.ID, 0, 0)
	b.must(err)
	var secrets []string
	for _, entry := range stored {
		for _, value := range entry.Record.Values {
			secrets = append(secrets, value.Value)
		}
	}
	secrets = append(secrets, "the original bytes")
	draft := b.draft(recovery.EntryValuesErased, "erased")
	draft.Facts = map[string]any{"because": "retention"}
	_, err = b.store.EraseCase(b.Context(), postgres.ErasureWrite{
		CaseID: b.filed.ID, Draft: draft, Judge: func(recovery.Case) error { return nil },
	})
	b.must(err)
	export := b.wantState(b.request(recovery.ForPlatform), recovery.ExportReady)
	path := b.path(export, activities.BagFile)
	summary, err := verify.File(path)
	b.must(err)
	if summary.Values != 0 || summary.Hidden != int64(len(secrets)-1) || summary.Originals != 0 || summary.Withheld != 1 {
		t.Errorf("the verifier reads %+v; %d values were erased", summary, len(secrets)-1)
	}
	after := unpacked(t, path)
	for _, secret := range secrets {
		if !bytes.Contains(before, []byte(secret)) {
			t.Errorf("%q stood in no bag before", secret)
		}
		if bytes.Contains(after, []byte(secret)) {
			t.Errorf("%q still stands in the bag", secret)
		}
	}
	if !bytes.Contains(after, []byte(`"kind":"values_erased"`)) {
		t.Error("the bag does not say that values were erased")
	}
}
