package activities_test

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"testing"

	"recourse/evidence/folio"
	"recourse/evidence/verify"
	"recourse/postgres"
	"recourse/recovery"
)

// unpacked returns the content of all files of a bag.
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

// erase erases the case on request of its claimant.
func (b *exportFixture) erase() {
	b.Helper()
	draft := b.draft(recovery.EntryValuesErased, "erased")
	draft.Facts = map[string]any{"because": "request", "articles": []string{"个人信息保护法第47条"}}
	_, err := b.store.EraseCase(b.Context(), postgres.ErasureWrite{
		CaseID: b.filed.ID, Draft: draft, Precondition: func(context.Context, postgres.LockedCase) error { return nil },
	})
	b.must(err)
}

// secrets returns the personal values in the journal.
func (b *exportFixture) secrets() []string {
	b.Helper()
	stored, err := b.store.ReadJournal(b.Context(), b.filed.ID, 0, 0)
	b.must(err)
	var values []string
	for _, entry := range stored {
		for _, value := range entry.Record.Values {
			values = append(values, value.Value)
		}
	}
	return values
}

// TestTheBagOfAnErasedCase: for every audience the bag verifies, states how much
// was erased, and contains nothing of it.
func TestTheBagOfAnErasedCase(t *testing.T) {
	t.Parallel()
	b := newExportFixture(t)
	b.keep(recovery.ChatScreenshot, "the original bytes")
	before := unpacked(t, b.path(b.wantState(b.request(recovery.ForArchive), recovery.ExportReady), folio.BagFile))
	values := b.secrets()
	secrets := slices.Concat(values, []string{"the original bytes"})
	for _, secret := range secrets {
		if !bytes.Contains(before, []byte(secret)) {
			t.Errorf("%q stood in no bag before", secret)
		}
	}
	b.erase()
	for _, audience := range recovery.Audiences {
		path := b.path(b.wantState(b.request(audience), recovery.ExportReady), folio.BagFile)
		summary, err := verify.File(path)
		if err != nil {
			t.Fatalf("for %s: %v", audience, err)
		}
		if summary.Values != 0 || summary.Hidden != int64(len(values)) || summary.Originals != 0 || summary.Withheld != 0 {
			t.Errorf("for %s the verifier reads %+v; %d values were erased", audience, summary, len(values))
		}
		if e := summary.Erasure; e == nil || e.Originals != 1 || e.Because != "request" {
			t.Errorf("for %s the erasure is %+v", audience, e)
		}
		after := unpacked(t, path)
		for _, secret := range secrets {
			if bytes.Contains(after, []byte(secret)) {
				t.Errorf("for %s, %q still stands in the bag", audience, secret)
			}
		}
	}
}

// TestThePapersOfAnErasedCase: the papers state what was erased, when and why, and
// print nothing of it.
func TestThePapersOfAnErasedCase(t *testing.T) {
	t.Parallel()
	b := newExportFixture(t)
	b.fileAs(recovery.ChatScreenshot, "chat", "聊天.txt", nil, nil)
	b.fileAs(recovery.Identity, "card", "身份证.txt", nil, nil)
	secrets := b.secrets()
	b.erase()
	for _, audience := range recovery.Audiences {
		ready := b.wantState(b.request(audience), recovery.ExportReady)
		text := printedText(t, b.path(ready, folio.DossierFile))
		for _, want := range []string{
			"依法删除本案的个人信息和证据原件", "起因：申请人请求删除", "个人信息保护法第47条", "证据文件2件", "〔已依法删除〕",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("for %s, %s is not printed", audience, want)
			}
		}
		if audience != recovery.ForPlatform && !strings.Contains(text, "本机构已不再保存其原件") {
			t.Errorf("for %s, no exhibit is said to be gone", audience)
		}
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("for %s, %s is printed", audience, secret)
			}
		}
	}
}
