package dossier_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"recourse/evidence/dossier"
	"recourse/evidence/typeset/picture"
	"recourse/recovery"
)

// TestPictureThatCannotBeDecodedNow: a picture that takes too much is replaced by the
// reason; when decoding it fails for another reason, there is no dossier.
func TestPictureThatCannotBeDecodedNow(t *testing.T) {
	t.Parallel()
	f := walked(t, recovery.ForCourt).seal() // it has a GIF, which is decoded
	var out bytes.Buffer
	_, err := dossier.Build(&out, f, dossier.Options{Fonts: mustFonts(t), Reencode: func([]byte) (*picture.Picture, error) {
		return nil, &picture.UnusableError{Reason: picture.TooCostly}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if text := solid(strings.Join(textPages(t, out.Bytes()), "")); !strings.Contains(text, "图片需要过多内存或时间才能读取") {
		t.Error("the reason is not printed")
	}
	busy := errors.New("no place for decoding")
	if _, err := dossier.Build(io.Discard, f, dossier.Options{Fonts: mustFonts(t), Reencode: func([]byte) (*picture.Picture, error) { return nil, busy }}); !errors.Is(err, busy) {
		t.Errorf("%v", err)
	}
}
