package activities_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color/palette"
	"image/gif"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"recourse/casework"
	"recourse/evidence/originals/intake/intaketest"
	"recourse/recovery"
)

// plantedMarksOfFiles are marks in the metadata of files and in what amends a case. No other
// party gets them.
var plantedMarksOfFiles = []string{
	"plant-comment", "plant-xmp", "plant-iptc", "plant-author", "plant-title", "plant-annotation", "plant-attachment", "plant-attached", "plant-xfa", "plant-bookmark",
	"plant-property", "plant-correction", "plant-request", "plant-joined", "plant-renamed", "plant-why", "plant-number", "plant-note-reason", "plant-note-corrected",
	"5oiR5piv546L6Iqz", "=E7=8E=8B=E8=8A=B3", `\u738b\u82b3`, "%E7%8E%8B%E8%8A%B3", "&#29579;&#33459;",
}

// amend corrects answers and notes and changes facts and counterparts, with personal data
// in every text.
func (p *plantedCase) amend() {
	p.Helper()
	text := allPlanted()
	entries := p.rig.ReadEntries(p.T, p.c.ID)
	for _, entry := range entries {
		if entry.Kind == recovery.EntryResponseRecorded {
			p.take(recovery.RoleClaimant, recovery.ActionBody{
				Action: recovery.Correct, Seq: entry.Seq, Reason: "plant-correction " + text,
				Replacement: &recovery.ActionBody{Text: p.replacementFor(fmt.Sprint(entry.Facts["counterpart_id"])) + "更正：" + text},
			})
		}
		if entry.Kind == recovery.EntryNoteAdded {
			p.take(entry.Actor.Role, recovery.ActionBody{
				Action: recovery.Correct, Seq: entry.Seq, Reason: "plant-note-reason " + text, Replacement: &recovery.ActionBody{Text: "plant-note-corrected " + text},
			})
		}
	}
	number := p.c.TransactionNo
	p.take(recovery.RoleClaimant, recovery.ActionBody{Action: recovery.AmendFacts, TransactionNo: new("plant-number-13900001234")})
	p.take(recovery.RoleClaimant, recovery.ActionBody{Action: recovery.AmendFacts, TransactionNo: new(""), Why: "plant-why " + text})
	p.take(recovery.RoleClaimant, recovery.ActionBody{Action: recovery.AmendFacts, TransactionNo: &number})
	p.take(recovery.RoleClaimant, recovery.ActionBody{Action: recovery.AddCounterpart, Alias: "plant-joined", Contact: "plant-contact"})
	p.take(recovery.RoleClaimant, recovery.ActionBody{Action: recovery.RenameCounterpart, CounterpartID: p.c.Counterparts[2].ID, Alias: "plant-renamed"})
	p.take(recovery.RoleClaimant, recovery.ActionBody{Action: recovery.SubmitAppeal, Confirm: new(true)})
	p.take(recovery.RoleAgent, recovery.ActionBody{Action: recovery.RequestEvidence, Kinds: []recovery.EvidenceKind{recovery.ChatExport}, Note: "plant-request " + text})
	at := p.rig.Now()
	p.take(recovery.RoleAgent, recovery.ActionBody{Action: recovery.RecordPlatformReply, Kind: "processing", Text: text, Ref: "13900001234", At: &at})
	var err error
	p.c, err = p.rig.Store.ReadCase(p.Context(), p.c.ID)
	p.must(err)
}

// replacementFor begins the corrected answer of a counterpart.
func (p *plantedCase) replacementFor(id string) string {
	if id == string(p.c.Counterparts[1].ID) {
		return "plant-answer-of-another "
	}
	return ""
}

// uploadContainers adds files with personal data in every place besides their content.
func (p *plantedCase) uploadContainers(req casework.Request) {
	p.Helper()
	texts := []string{"-Comment=plant-comment 13900001234", "-XMP-dc:Description=plant-xmp 13900001234", "-XMP-dc:Creator=plant-author"}
	p.add(req, recovery.ChatScreenshot, intaketest.Photo(p, "c.jpg", append(slices.Clone(texts), "-IPTC:Caption-Abstract=plant-iptc", "-EXIF:UserComment=plant-comment")...))
	p.add(req, recovery.ChatScreenshot, intaketest.Photo(p, "c.png", "-PNG:Comment=plant-comment 13900001234", "-PNG:Author=plant-author", "-PNG:Title=plant-title", "-XMP-dc:Description=plant-xmp"))
	p.add(req, recovery.ChatScreenshot, intaketest.WriteTags(p, "c.gif", p.gif(), texts...))
	p.add(req, recovery.ChatScreenshot, intaketest.WriteTags(p, "c.webp", p.webP(), texts[1:]...))
	phone, err := os.ReadFile(filepath.Join("..", "evidence", "originals", "intake", "testdata", "phone.heic"))
	p.must(err)
	p.add(req, recovery.ChatScreenshot, intaketest.WriteTags(p, "c.heic", phone, append(slices.Clone(texts[1:]), "-EXIF:UserComment=plant-comment")...))
	p.add(req, recovery.SealedReceipt, containerPDF("Phone 13900001234 mail zhang.wei@example.com"))
	p.add(req, recovery.Statement, p.billWorkbook())
	p.add(req, recovery.ChatExport, []byte("转发的邮件\n5oiR5piv546L6Iqz77yM55S16K+dMTM5MDAwMDEyMzQ=\n=E7=8E=8B=E8=8A=B3\n"+`{"sender":"\u738b\u82b3"}`+"\n%E7%8E%8B%E8%8A%B3 &#29579;&#33459;\n"))
}

func (p *plantedCase) gif() []byte {
	p.Helper()
	var out bytes.Buffer
	p.must(gif.Encode(&out, image.NewPaletted(image.Rect(0, 0, 60, 40), palette.Plan9), nil))
	return out.Bytes()
}

// webP returns a picture made by ImageMagick, because Go cannot write WebP.
func (p *plantedCase) webP() []byte {
	p.Helper()
	dir := p.TempDir()
	from, to := filepath.Join(dir, "a.png"), filepath.Join(dir, "a.webp")
	p.must(os.WriteFile(from, intaketest.Photo(p, "a.png"), 0o600))
	p.must(exec.CommandContext(p.Context(), "convert", from, to).Run())
	data, err := os.ReadFile(to)
	p.must(err)
	return data
}

// billWorkbook is the bill as a workbook, with properties.
func (p *plantedCase) billWorkbook() []byte {
	p.Helper()
	book := excelize.NewFile()
	for i, line := range strings.Split(strings.TrimSpace(string(p.bill())), "\n") {
		cells := strings.Split(strings.NewReplacer("\"", "", "¥", "").Replace(line), ",")
		at, err := excelize.CoordinatesToCellName(1, i+1)
		p.must(err)
		p.must(book.SetSheetRow("Sheet1", at, &cells))
	}
	p.must(book.SetDocProps(&excelize.DocProperties{Creator: "plant-property", Title: "plant-property", Created: time.Now().UTC().Format(time.RFC3339)}))
	var out bytes.Buffer
	p.must(book.Write(&out))
	return out.Bytes()
}

// containerPDF is a PDF with personal data in its properties, XMP, a bookmark, an annotation,
// an attachment and an XFA form.
func containerPDF(text string) []byte {
	stream := func(dictionary, content string) string {
		return fmt.Sprintf("<< %s /Length %d >>\nstream\n%s\nendstream", dictionary, len(content), content)
	}
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R /Metadata 7 0 R /Outlines 12 0 R /Names << /EmbeddedFiles << /Names [(plant-attachment.txt) 9 0 R] >> >> /AcroForm << /Fields [] /XFA [(form) 11 0 R] >> >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [8 0 R] /Resources << /Font << /F1 5 0 R >> >> >>",
		stream("", "BT /F1 12 Tf 72 720 Td ("+text+") Tj ET"),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
		"<< /Author (plant-author) /Title (plant-title 13900001234) /Keywords (plant-comment) >>",
		stream("/Type /Metadata /Subtype /XML", `<x:xmpmeta xmlns:x="adobe:ns:meta/">plant-xmp 13900001234</x:xmpmeta>`),
		"<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /Contents (plant-annotation 13900001234) >>",
		"<< /Type /Filespec /F (plant-attachment.txt) /EF << /F 10 0 R >> >>",
		stream("/Type /EmbeddedFile", "plant-attached 13900001234"),
		stream("", "<xdp><field>plant-xfa 13900001234</field></xdp>"),
		"<< /Type /Outlines /First 13 0 R /Last 13 0 R /Count 1 >>",
		"<< /Title (plant-bookmark 13900001234) /Parent 12 0 R >>",
	}
	var out strings.Builder
	out.WriteString("%PDF-1.4\n")
	for i, object := range objects {
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	out.WriteString("trailer\n<< /Root 1 0 R /Info 6 0 R >>\n%%EOF\n")
	return []byte(out.String())
}
