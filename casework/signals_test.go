package casework_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	encoder "image/png"
	"testing"

	"github.com/google/go-cmp/cmp"

	"recourse/casework/casetest"
	"recourse/evidence/originals/signals"
	"recourse/recovery"
)

// drawScreenshot returns a PNG of an uncommon size with a text chunk.
func drawScreenshot(t *testing.T, width, height int, key, text string) []byte {
	t.Helper()
	picture := image.NewGray(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			picture.SetGray(x, y, color.Gray{Y: uint8(x*x/97 + y*y/53 + x*y/71)})
		}
	}
	var encoded bytes.Buffer
	if err := encoder.Encode(&encoded, picture); err != nil {
		t.Fatal(err)
	}
	const headerEnd = 8 + 25 // behind the chunk IHDR
	chunk := []byte("tEXt" + key + "\x00" + text)
	out := bytes.NewBuffer(bytes.Clone(encoded.Bytes()[:headerEnd]))
	_ = binary.Write(out, binary.BigEndian, uint32(len(chunk)-4))
	out.Write(chunk)
	_ = binary.Write(out, binary.BigEndian, crc32.ChecksumIEEE(chunk))
	out.Write(encoded.Bytes()[headerEnd:])
	return out.Bytes()
}

// TestSignalsOfAFile are shown to the staff, and to nobody else.
func TestSignalsOfAFile(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	marked := rig.Upload(t, view.ID, recovery.TransferScreenshot, drawScreenshot(t, 503, 1000, "Software", "Adobe Photoshop 26.0"))
	rig.Upload(t, view.ID, recovery.TransferScreenshot, drawScreenshot(t, 540, 1170, "Software", "Android 15"))
	want := []signals.Mark{{Kind: signals.EditorMark, Value: "Adobe Photoshop 26.0"}, {Kind: signals.UnknownScreen, Value: "503 × 1000"}}
	for _, role := range []recovery.Role{recovery.RoleAgent, recovery.RoleSupervisor, recovery.RoleLegal, recovery.RoleAuditor} {
		found, err := rig.CaseSignals(t.Context(), rig.Actor(role), view.ID)
		if err != nil {
			t.Fatal(err)
		}
		if len(found.Files) != 1 || found.Files[0].ID != marked.ID || len(found.Related) != 0 || found.Caution == "" {
			t.Fatalf("%s: %+v", role, found)
		}
		if diff := cmp.Diff(want, found.Files[0].Marks); diff != "" {
			t.Errorf("%s (-want +got):\n%s", role, diff)
		}
	}
	for _, role := range []recovery.Role{recovery.RoleClaimant, recovery.RoleAdmin} {
		_, err := rig.CaseSignals(t.Context(), rig.Actor(role), view.ID)
		wantCode(t, err, recovery.CodeForbidden)
	}
}

// TestRelatedCases are found by payment, file, picture and payee, also when they are
// closed. What is erased or restricted is not listed.
func TestRelatedCases(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	number, shot := "1000050001202611280711112222333", drawScreenshot(t, 540, 1170, "Software", "Android 15")
	filing := casetest.Filing()
	filing.TransactionNo, filing.Counterparts[0].Contact = number, "wx-laowang-7788"
	earlier := fileWith(t, rig, filing)
	rig.Upload(t, earlier.ID, recovery.TransferScreenshot, shot)
	withdraw(t, rig, earlier.ID)
	filing.TransactionNo = " 1000050001202611280711112222333\t" // as another program writes it
	later := fileWith(t, rig, filing)
	same := rig.Upload(t, later.ID, recovery.TransferScreenshot, shot)
	again := rig.Upload(t, later.ID, recovery.TransferScreenshot, drawScreenshot(t, 540, 1170, "Comment", "saved again"))
	other := casetest.Filing()
	other.Counterparts[0].Alias, other.Group.Size = "别人", 12
	fileWith(t, rig, other)

	found, err := rig.CaseSignals(t.Context(), rig.Actor(recovery.RoleAgent), later.ID)
	if err != nil {
		t.Fatal(err)
	}
	files := map[recovery.Overlap]recovery.EvidenceID{
		recovery.SamePayment: "", recovery.SameFile: same.ID, recovery.SamePicture: again.ID, recovery.SamePayee: "",
	}
	var want []recovery.RelatedCase
	for _, overlap := range recovery.Overlaps {
		want = append(want, recovery.RelatedCase{CaseID: earlier.ID, Number: earlier.Number, Overlap: overlap, EvidenceID: files[overlap]})
	}
	if diff := cmp.Diff(want, found.Related); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestRelatedAfterAdoption: a number that the case learns later relates it, too.
func TestRelatedAfterAdoption(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	number := "4200002222202611281111111111"
	filing := casetest.Filing()
	filing.TransactionNo, filing.Counterparts[0].Alias = number, "甲"
	earlier := fileWith(t, rig, filing)
	withdraw(t, rig, earlier.ID)
	filing = casetest.Filing()
	filing.Counterparts[0].Alias = "乙"
	later := fileWith(t, rig, filing)
	act(t, rig, recovery.RoleClaimant, later.ID, recovery.ActionBody{Action: recovery.AmendFacts, TransactionNo: &number})
	found, err := rig.CaseSignals(t.Context(), rig.Actor(recovery.RoleAgent), later.ID)
	if err != nil {
		t.Fatal(err)
	}
	if len(found.Related) != 1 || found.Related[0].CaseID != earlier.ID || found.Related[0].Overlap != recovery.SamePayment {
		t.Errorf("%+v", found.Related)
	}
}
