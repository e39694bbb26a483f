package intake_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"recourse/evidence/originals/intake"
	"recourse/recovery"
)

// smallPicture returns a small drawing.
func smallPicture() *image.RGBA { return drawScreenshot(3, 60, 90) }

func newZip(t testing.TB, names ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, name := range names {
		part, err := w.Create(name)
		if err == nil {
			_, err = part.Write([]byte("<x/>"))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

var workbook = []string{"[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/worksheets/sheet1.xml"}

const plainPDF = "%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n" +
	"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>\nendobj\ntrailer\n<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"

// newTypeBox returns the first box of an ISO media file.
func newTypeBox(brand string) []byte {
	return []byte("\x00\x00\x00\x18ftyp" + brand + "\x00\x00\x00\x00" + brand + "mif1" + strings.Repeat("\x00", 40))
}

func TestAcceptedKinds(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		data  []byte
		media string
	}{
		"png": {encodePNG(t, smallPicture()), "image/png"}, "jpeg": {encodeJPEG(t, smallPicture(), 80), "image/jpeg"}, "gif": {encodeGIF(t, smallPicture()), "image/gif"},
		"webp": {newWebP(t), "image/webp"}, "heic": {newTypeBox("heic"), "image/heic"}, "heif": {newTypeBox("mif1"), "image/heif"},
		"pdf": {[]byte(plainPDF), "application/pdf"}, "mp4": {newTypeBox("isom"), "video/mp4"}, "mov": {newTypeBox("qt  "), "video/quicktime"},
		"3gp": {newTypeBox("3gp4"), "video/3gpp"}, "m4v": {newTypeBox("M4V "), "video/x-m4v"}, "m4a": {newTypeBox("M4A "), "audio/x-m4a"},
		"amr": {[]byte("#!AMR\n\x3c\x91\x17\x16\xbe\x66"), "audio/amr"}, "mp3": {[]byte("\xff\xfb\x90\x00" + strings.Repeat("\x00", 60)), "audio/mpeg"},
		"mp3 with tags": {[]byte("ID3\x03\x00\x00\x00\x00\x00\x0aTIT2" + strings.Repeat("\x00", 60)), "audio/mpeg"},
		"txt":           {[]byte("你好，红包发错群了。\n"), "text/plain"}, "GB18030": {[]byte("\xc4\xe3\xba\xc3\xa3\xac\xba\xec\xb0\xfc\n"), "text/plain"},
		"csv":  {[]byte("时间,金额\n1,2\n3,4\n"), "text/csv"},
		"xlsx": {newZip(t, workbook...), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if report := examineAccepted(t, test.data); report.Media != test.media {
				t.Errorf("%+v", report)
			}
		})
	}
}

// checkRefused checks that a file is refused with this code and an explanation.
func checkRefused(t testing.TB, data []byte, code string) {
	t.Helper()
	report, err := examine(t, data)
	var fault *recovery.Fault
	if !errors.As(err, &fault) || fault.Code != recovery.CodeUnsupportedMedia || len(fault.Fields) != 1 {
		t.Fatalf("%+v %v, want a refusal as %s", report, err, code)
	}
	field := fault.Fields[0]
	if field.Field != "file" || field.Code != code || field.Detail == "" || fault.Detail == "" {
		t.Errorf("%+v, want %s", fault, code)
	}
}

func TestRefusedKinds(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		data []byte
		code string
	}{
		"zip": {newZip(t, "a.png"), "archive"}, "rar": {[]byte("Rar!\x1a\x07\x01\x00abc"), "archive"}, "7z": {[]byte("7z\xbc\xaf\x27\x1c\x00\x04"), "archive"},
		"gzip": {[]byte("\x1f\x8b\x08\x00abcdef"), "archive"}, "doc": {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600)), "document"},
		"rtf": {[]byte(`{\rtf1 a}`), "document"}, "svg": {[]byte("<svg xmlns='x'></svg>"), "active_text"},
		"php": {[]byte("<?php echo 1;"), "active_text"}, "tiff": {[]byte("II*\x00abcd"), "image_format"}, "avif": {newTypeBox("avif"), "image_format"},
		"webm": {[]byte("\x1a\x45\xdf\xa3\x93\x42\x82\x84webm"), "video_format"}, "silk": {[]byte("\x02#!SILK_V3\x0c\x00"), "audio_format"},
		"wav": {[]byte("RIFF\x24\x00\x00\x00WAVEfmt "), "audio_format"}, "exe": {[]byte("MZ\x90\x00" + strings.Repeat("\x00", 80)), "program"},
		"elf":   {[]byte("\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 80)), "program"},
		"noise": {[]byte("\x00\x01\x02\x03\x04"), "unknown_kind"}, "junk before a PDF": {[]byte("junk\n" + plainPDF), "pdf_not_at_start"},
		"mark before a PDF":    {[]byte("\xef\xbb\xbf" + plainPDF), "pdf_not_at_start"},
		"workbook with macros": {newZip(t, append(slices.Clone(workbook), "xl/vbaProject.bin")...), "workbook_macros"},
		"half a workbook":      {newZip(t, workbook...)[:200], "workbook_broken"}, "workbook bomb": {workbookBomb(t), "workbook_too_large"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkRefused(t, test.data, test.code)
		})
	}
}

// workbookBomb returns a workbook whose sheet unpacks to 200 MB of zeros.
func workbookBomb(t testing.TB) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, name := range workbook {
		part, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(name, "sheet1") {
			zeros := make([]byte, 1<<20)
			for range 200 {
				if _, err := part.Write(zeros); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestTwoFormatsInOne(t *testing.T) {
	t.Parallel()
	picture, archive := smallPicture(), newZip(t, "payload.js")
	page := []byte("<html><script>alert(1)</script></html>")
	images := map[string][]byte{"png": encodePNG(t, picture), "jpeg": encodeJPEG(t, picture, 80), "gif": encodeGIF(t, picture), "webp": newWebP(t)}
	for name, data := range images {
		for second, more := range map[string][]byte{
			"archive": archive, "padded archive": append(make([]byte, 5000), archive...), "page": page, "PDF": []byte(plainPDF),
			"script": []byte("#!/bin/sh\nid"), "png": encodePNG(t, picture), "gif": encodeGIF(t, picture), "program": []byte("\x7fELF\x02"), "PHP": []byte("\n<?php x"),
		} {
			t.Run(name+" and "+second, func(t *testing.T) {
				t.Parallel()
				checkRefused(t, slices.Concat(data, more), "polyglot")
			})
		}
	}
	for name, data := range map[string][]byte{
		"a page in a comment of a JPEG": slices.Concat(images["jpeg"][:2], []byte("\xff\xfe\x00\x2a"), page, []byte("  "), images["jpeg"][2:]),
		"a PDF in a comment of a JPEG":  slices.Concat(images["jpeg"][:2], []byte("\xff\xfe\x00\x0b%PDF-1.4\n"), images["jpeg"][2:]),
		"a PDF and an archive":          append([]byte(plainPDF), archive...),
		"a PDF and a page":              append([]byte(plainPDF), page...),
		"a PDF and a picture":           append([]byte(plainPDF), images["png"]...),
		"a page in the head of a PDF":   []byte(strings.Replace(plainPDF, "\n", "\n%"+string(page)+"\n", 1)),
		"a video and an archive":        append(newTypeBox("isom"), archive...),
		"a text and an archive":         append([]byte(strings.Repeat("hello\n", 1000)), archive...),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkRefused(t, data, "polyglot")
		})
	}
}

// formPDF is a PDF whose first object is a form in XML.
func formPDF(form string) []byte {
	return []byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Length " + strconv.Itoa(len(form)) + ">>\nstream\n" + form + "\nendstream\nendobj\n" +
		strings.TrimPrefix(strings.NewReplacer("1 0 ", "4 0 ").Replace(plainPDF), "%PDF-1.4\n"))
}

// TestFormsInXMLAreNoWebPages: a form may have scripts and formatted text in its first
// kilobyte. What a browser would open as a page is refused there, also inside of an object
// and beside the name of a form.
func TestFormsInXMLAreNoWebPages(t *testing.T) {
	t.Parallel()
	const (
		whole    = `<?xml version="1.0" encoding="UTF-8"?><xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/" timeStamp="2026-01-05T08:00:00Z">`
		template = `<template xmlns="http://www.xfa.org/schema/xfa-template/3.0/"><subform name="form1">`
		script   = `<event activity="initialize"><script contentType="application/x-javascript">this.rawValue = 1;</script></event>`
		text     = `<exData contentType="text/html"><body xmlns="http://www.w3.org/1999/xhtml"><p>x</p></body></exData>`
	)
	for name, data := range map[string][]byte{
		"a form":               formPDF(whole + template + script),
		"a part of a form":     formPDF(template + script + text),
		"a link with a script": []byte(strings.Replace(plainPDF, "<</Type/Page/", "<</Type/Page/AA<</O<</S/URI/URI(javascript:app.alert)>>>>/", 1)),
	} {
		if report := examineAccepted(t, data); report.Media != "application/pdf" {
			t.Errorf("%s: %+v", name, report)
		}
	}
	for name, data := range map[string][]byte{
		"a page in an object":               formPDF(`<html><script>alert(1)</script></html>`),
		"a script in an object":             formPDF(`<script>alert(1)</script>`),
		"a page that names a form":          formPDF(template + `<html><script>1</script>`),
		"a page before the name of a form":  formPDF(`<html><!-- http://www.xfa.org/schema/ --><script>1</script>`),
		"a program in a form":               formPDF(whole + template + `<?php echo 1; ?>`),
		"a frame in a form":                 formPDF(template + script + `<iframe src="x">`),
		"a page before the object":          []byte(strings.Replace(string(formPDF(template+script)), "%\xe2", "%<html><script>1</script>\xe2", 1)),
		"a script and a form without a PDF": []byte("%PDF-1.7\n" + template + script),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkRefused(t, data, "polyglot")
		})
	}
}

// Phones append live photos and gain maps to a photo, and editors leave earlier data:
// such files are accepted with a finding.
func TestHarmlessTrails(t *testing.T) {
	t.Parallel()
	photo, shot := encodeJPEG(t, smallPicture(), 80), encodePNG(t, smallPicture())
	for name, test := range map[string]struct {
		data  []byte
		trail bool
	}{
		"motion photo": {append(slices.Clone(photo), newTypeBox("mp42")...), true}, "gain map": {append(slices.Clone(photo), photo...), true},
		"rest of an edit": {append(slices.Clone(shot), "IDATxxxx"...), true}, "padding": {append(slices.Clone(shot), make([]byte, 512)...), false},
		"nothing": {shot, false}, "line end behind a PDF": {[]byte(plainPDF + "\r\n"), false}, "text behind a PDF": {[]byte(plainPDF + "note"), true},
	} {
		report := examineAccepted(t, test.data)
		if got := slices.Contains(report.Findings, intake.TrailingBytes); got != test.trail {
			t.Errorf("%s: %v", name, report.Findings)
		}
	}
}

func TestDamagedPicturesAreKept(t *testing.T) {
	t.Parallel()
	picture := drawScreenshot(5, 200, 300)
	for name, data := range map[string][]byte{"jpeg": encodeJPEG(t, picture, 80), "png": encodePNG(t, picture), "gif": encodeGIF(t, picture), "webp": newWebP(t)} {
		for _, part := range []int{30, 50, 90, 99} {
			cut := data[:len(data)*part/100]
			report, err := examine(t, cut)
			if err != nil || report.Shown || !slices.Contains(report.Findings, intake.Damaged) {
				t.Errorf("%s, %d %%: %+v %v", name, part, report, err)
			}
		}
		if report := examineAccepted(t, data); !report.Shown || report.Width == 0 || len(report.Findings) > 0 {
			t.Errorf("whole %s: %+v", name, report)
		}
	}
	flipped := slices.Clone(encodePNG(t, picture))
	flipped[len(flipped)/2] ^= 0x10
	if report := examineAccepted(t, flipped); report.Shown || !slices.Contains(report.Findings, intake.Damaged) {
		t.Errorf("a flipped bit: %+v", report)
	}
}

// giantPNG returns a valid PNG header that claims 100,000 by 100,000 pixels.
func giantPNG() []byte {
	chunk := func(kind, body string) []byte {
		out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
		out = append(out, kind+body...)
		return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE([]byte(kind+body)))
	}
	return slices.Concat([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", "\x00\x01\x86\xa0\x00\x01\x86\xa0\x08\x02\x00\x00\x00"),
		chunk("IDAT", "x\x9c\x03\x00\x00\x00\x00\x01"), chunk("IEND", ""))
}

func TestGiantPicturesStayClosed(t *testing.T) {
	t.Parallel()
	report := examineAccepted(t, giantPNG())
	if report.Shown || report.Width != 100_000 || !slices.Contains(report.Findings, intake.TooManyPixels) {
		t.Errorf("%+v", report)
	}
}

// A canvas of one pixel that contains a picture of 16,384 by 16,384.
func TestSmallCanvasLargePicture(t *testing.T) {
	t.Parallel()
	chunks := "VP8X\x0a\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" + "VP8L\x06\x00\x00\x00\x2f\xff\xff\xff\x0f\x00"
	data := "RIFF" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(chunks)+4))) + "WEBP" + chunks
	report := examineAccepted(t, []byte(data))
	if report.Shown || !slices.Contains(report.Findings, intake.TooManyPixels) {
		t.Errorf("%+v", report)
	}
}

func TestAnimationIsTold(t *testing.T) {
	t.Parallel()
	if report := examineAccepted(t, animatedGIF(t)); !report.Shown || !slices.Contains(report.Findings, intake.Animation) {
		t.Errorf("%+v", report)
	}
}

func TestFailingDisk(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk")
	data := encodePNG(t, smallPicture())
	_, err := newExaminer(t).Examine(t.Context(), atReader{iotest.ErrReader(broken)}, int64(len(data)))
	if !errors.Is(err, broken) {
		t.Error(err)
	}
}

type atReader struct {
	inner interface{ Read(p []byte) (int, error) }
}

func (a atReader) ReadAt(p []byte, _ int64) (int, error) { return a.inner.Read(p) }

func TestEveryCodeHasWords(t *testing.T) {
	t.Parallel()
	texts, err := intake.LoadTexts()
	if err != nil {
		t.Fatal(err)
	}
	for _, finding := range intake.Findings {
		if texts.Finding(finding) == "" {
			t.Errorf("%s has no words", finding)
		}
	}
	if len(texts.Findings) != len(intake.Findings) || !slices.IsSorted(intake.Findings) {
		t.Errorf("%d texts for %d findings", len(texts.Findings), len(intake.Findings))
	}
	for code, words := range texts.Refusals {
		if words.EN == "" || words.ZH == "" {
			t.Errorf("%s: %+v", code, words)
		}
	}
}
