package metadata_test

import (
	"bytes"
	"testing"
	"testing/iotest"

	"recourse/evidence/originals/metadata"
)

// FuzzIsIdentifying: the answer does not depend on how the bytes are split.
func FuzzIsIdentifying(f *testing.F) {
	f.Add([]byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x88\x25\x00\x04\x00\x00\x00\x01"))
	f.Add([]byte("....\xa9xyz\x00\x12\x15\xc7+30.2500+120.1667/"))
	f.Add([]byte("GPSLatitude"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		whole, err := metadata.IsIdentifying("image/jpeg", bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		parts, err := metadata.IsIdentifying("image/jpeg", iotest.OneByteReader(bytes.NewReader(raw)))
		if err != nil || whole != parts {
			t.Fatalf("at once %v, in parts %v: %v", whole, parts, err)
		}
	})
}
