package dossier_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"io"
	"testing"

	"recourse/evidence/folio"
	"recourse/recovery"
)

// withFilm is a case with a film, with or without a sheet of stills.
func withFilm(t testing.TB, audience recovery.Audience, sheet []byte) *caseOf {
	t.Helper()
	c := newCase(t, audience)
	// The header states a length of 20 seconds.
	film := []byte("\x00\x00\x00\x10ftypisom\x00\x00\x00\x00\x00\x00\x00\x24moov\x00\x00\x00\x1cmvhd\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x58\x00\x00\x2e\xe0")
	c.exhibit(recovery.ScreenRecording, "video/mp4", "录屏.mp4", "录屏", film)
	last := &c.folio.Exhibits[len(c.folio.Exhibits)-1]
	if last.Open != nil {
		last.Open = func() (io.ReadCloser, error) { return readerAt{bytes.NewReader(film)}, nil }
	}
	if sheet != nil {
		digest := sha256.Sum256(sheet)
		last.Stills = &folio.Copy{
			SHA256: hex.EncodeToString(digest[:]), Size: int64(len(sheet)), MediaType: "image/jpeg",
			Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(sheet)), nil },
		}
	}
	return c
}

type readerAt struct{ *bytes.Reader }

func (readerAt) Close() error { return nil }

func TestFilmsArePrintedAsStills(t *testing.T) {
	t.Parallel()
	sheet := asJPEG(t, screenshot(t, 900, 1200, "录屏", "00:00:01.0"))
	data, report := build(t, withFilm(t, recovery.ForCourt, sheet).seal())
	if report.Shown != 1 {
		t.Errorf("%+v", report)
	}
	has(t, solid(tool(t, data, "pdftotext", "-raw", "-enc", "UTF-8", "FILE", "-")), "从原件等距取出的画面及其时间", "以证据包中的原件为准")
}

func TestFilmsWithoutStillsSayTheirLength(t *testing.T) {
	t.Parallel()
	text := textOf(t, withFilm(t, recovery.ForCourt, nil).seal())
	has(t, text, "未显示", "时长 00:00:20", "没有安装 ffmpeg")
	broken := withFilm(t, recovery.ForArchive, []byte("no picture"))
	has(t, textOf(t, broken.seal()), "时长 00:00:20")
}

func TestChangedStillsAreNotPrinted(t *testing.T) {
	t.Parallel()
	c := withFilm(t, recovery.ForCourt, asJPEG(t, image.NewGray(image.Rect(0, 0, 40, 40))))
	c.folio.Exhibits[len(c.folio.Exhibits)-1].Stills.SHA256 = hex.EncodeToString(make([]byte, 32))
	has(t, textOf(t, c.seal()), "与收件时登记的 SHA-256 不符")
}
