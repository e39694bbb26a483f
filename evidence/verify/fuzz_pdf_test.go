package verify_test

import (
	"bytes"
	"os"
	"testing"
)

// FuzzSealedPDF replaces a valid signature by any bytes: no panic, and only the valid
// signature is accepted.
func FuzzSealedPDF(f *testing.F) {
	sound, err := os.ReadFile("testdata/golden/stamped.pdf")
	if err != nil {
		f.Fatal(err)
	}
	genuine := cmsOf(f, sound)
	begin, end := gap(f, sound)
	f.Add(genuine)
	f.Add(genuine[:len(genuine)/2])
	f.Fuzz(func(t *testing.T, cms []byte) {
		if 2*len(cms) > end-begin-2 {
			return
		}
		_, err := check(withCMS(t, sound, cms))
		if item(t, err) == "" && !bytes.Equal(bytes.TrimRight(cms, "\x00"), genuine) {
			t.Errorf("taken: %x", cms)
		}
	})
}

// FuzzPDF verifies any bytes as a PDF: none of them is accepted.
func FuzzPDF(f *testing.F) {
	sound, err := os.ReadFile("testdata/golden/stamped.pdf")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sound)
	f.Add([]byte("%PDF-1.4\n<</Type /Sig /ByteRange [0 0000000000 9999999999 0000000000] /Contents <"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		raw = append([]byte("%PDF-"), raw...)
		if _, err := check(raw); item(t, err) == "" && !bytes.Equal(raw, sound) {
			t.Errorf("taken: %d bytes", len(raw))
		}
	})
}
