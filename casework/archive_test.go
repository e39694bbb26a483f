package casework_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/recovery"
)

// archivePassword is the password of the archive in api/testdata.
const archivePassword = "mima-Zq7xW"

func lockedBill(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile("../api/testdata/wechat-aes256.zip")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func importArchive(t *testing.T, rig *casetest.Fixture, id recovery.CaseID, key, password string) (casework.Reply[casework.ImportedStatement], error) {
	t.Helper()
	file, err := rig.ReceiveFile(t.Context(), bytes.NewReader(lockedBill(t)))
	if err != nil {
		t.Fatal(err)
	}
	request := rig.As(recovery.RoleClaimant)
	request.Key, request.Fingerprint = key, "import"
	return rig.ImportStatement(t.Context(), request, id, casework.BillFile{Name: "微信支付账单.zip", Password: password, Pending: file})
}

// TestTheArchiveOfABill: the archive is stored as it came and the bill beside it, so that
// the bill can be read later without the password, which is stored nowhere.
func TestTheArchiveOfABill(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	c := rig.FileCase(t)
	first, err := importArchive(t, rig, c.ID, "k1", archivePassword)
	if err != nil {
		t.Fatal(err)
	}
	archive := first.Value.Archive
	if archive == nil || archive.MediaType != casework.ArchiveMedia || archive.FileName != "微信支付账单.zip" || archive.Kind != recovery.Statement {
		t.Fatalf("the archive: %+v", archive)
	}
	if got := first.Value.Evidence; got.FileName != "微信支付账单(20260301-20260331).csv" || got.MediaType != "text/csv" || len(first.Value.Bill.Transactions) != 1 {
		t.Errorf("the bill: %+v", got)
	}
	body, err := rig.Blobs.OpenAt(archive.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	stored, err := io.ReadAll(io.NewSectionReader(body, 0, archive.Size))
	if err != nil || !bytes.Equal(stored, lockedBill(t)) {
		t.Errorf("the archive is not stored as it came: %v", err)
	}
	if err := body.Close(); err != nil {
		t.Error(err)
	}
	if _, err := rig.AdoptablePayments(t.Context(), rig.Actor(recovery.RoleClaimant), first.Value.ID); err != nil {
		t.Errorf("the bill cannot be read later: %v", err)
	}
	if table := holding(t, rig, archivePassword); table != "" {
		t.Errorf("the table %s has the password", table)
	}
	again, err := importArchive(t, rig, c.ID, "k1", archivePassword)
	if err != nil || !again.Replayed || again.Value.ID != first.Value.ID || again.Value.Archive.ID != archive.ID {
		t.Errorf("the same request again: %+v, %v", again.Value.Evidence, err)
	}
	found := false
	for _, entry := range rig.ReadEntries(t, c.ID) {
		found = found || entry.Facts["unpacked_from"] == archive.SHA256
	}
	if !found {
		t.Error("the journal does not say from which archive the bill is")
	}
}

// TestAnArchiveThatDoesNotOpen stores nothing and says nothing of the password.
func TestAnArchiveThatDoesNotOpen(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	c := rig.FileCase(t)
	entries := len(rig.ReadEntries(t, c.ID))
	for password, code := range map[string]string{"": "required", "falsch-314159": "wrong", strings.Repeat("langes", 30): "too_long"} {
		_, err := importArchive(t, rig, c.ID, "", password)
		var fault *recovery.Fault
		if !errors.As(err, &fault) || len(fault.Fields) != 1 || fault.Fields[0].Field != "password" || fault.Fields[0].Code != code {
			t.Errorf("%q: %v", password, err)
		}
		if err != nil && password != "" && strings.Contains(err.Error(), password) {
			t.Errorf("the error has the password: %v", err)
		}
	}
	if len(rig.ReadEntries(t, c.ID)) != entries || rig.CountRows(t, "evidence") != 0 {
		t.Error("something was stored")
	}
}
