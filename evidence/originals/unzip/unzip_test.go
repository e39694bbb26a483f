package unzip_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recourse/evidence/originals/unzip"
)

const (
	password = "271828"
	limit    = 24 << 20
)

// madeBy are archives of the same bill, made by 7-Zip 16.02, zip.js 2 and Info-ZIP 3.0.
var madeBy = []string{
	"AES128.zip", "AES192.zip", "AES256.zip", "aes256-stored.zip", "aes128-zipjs.zip", "aes256-zipjs.zip",
	"zipcrypto-7z.zip", "zipcrypto-infozip.zip", "zipcrypto-stream.zip", "zipcrypto-zipjs.zip",
}

func readArchive(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// unpackAll returns the first file of an archive.
func unpackAll(data []byte, secret string) (string, error) {
	files, err := unzip.List(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return "", err
	}
	for _, file := range files {
		text, err := file.Read(secret, limit)
		return string(text), err
	}
	return "", errors.New("no file")
}

// TestArchivesOfOtherPrograms: what other programs encrypted is read with the password, and
// with it only.
func TestArchivesOfOtherPrograms(t *testing.T) {
	t.Parallel()
	want, err := unpackAll(readArchive(t, "plain.zip"), "")
	if err != nil || !strings.HasPrefix(want, "\uFEFF微信支付账单明细") {
		t.Fatalf("%q, %v", want, err)
	}
	for _, name := range madeBy {
		data := readArchive(t, name)
		if got, err := unpackAll(data, password); got != want || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		if _, err := unpackAll(data, ""); !errors.Is(err, unzip.ErrPasswordNeeded) {
			t.Errorf("%s without a password: %v", name, err)
		}
		for i := range 600 { // some pass the short check of the old encryption
			if _, err := unpackAll(data, fmt.Sprint("9", i)); !errors.Is(err, unzip.ErrWrongPassword) {
				t.Fatalf("%s with a wrong password: %v", name, err)
			}
		}
	}
}

// TestAChangedByteIsNoticed: no change of the data gives another text without an error.
func TestAChangedByteIsNoticed(t *testing.T) {
	t.Parallel()
	for _, name := range append(madeBy, "plain.zip") {
		whole := readArchive(t, name)
		want, err := unpackAll(bytes.Clone(whole), password)
		if err != nil {
			t.Fatal(err)
		}
		for at := range whole {
			changed := bytes.Clone(whole)
			changed[at] ^= 0x41
			if got, err := unpackAll(changed, password); err == nil && got != want {
				t.Errorf("%s: byte %d changes the text without an error", name, at)
			}
		}
	}
}

// newArchive is an archive of these sizes of zeros.
func newArchive(t testing.TB, sizes ...int) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for i, size := range sizes {
		part, err := w.Create(fmt.Sprint(i, ".csv"))
		if err == nil {
			_, err = part.Write(make([]byte, size))
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

// claimSize changes the unpacked size that the directory states.
func claimSize(data []byte, size uint32) []byte {
	data = bytes.Clone(data)
	at := bytes.LastIndex(data, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(data[at+24:], size)
	return data
}

func TestWhatIsNotRead(t *testing.T) {
	t.Parallel()
	bomb := newArchive(t, 20<<20)
	for name, test := range map[string]struct {
		data []byte
		want error
	}{
		"nothing":                    {nil, unzip.ErrDamaged},
		"half an archive":            {newArchive(t, 100)[:60], unzip.ErrDamaged},
		"a bomb":                     {bomb, unzip.ErrTooLarge},
		"a bomb that claims little":  {claimSize(bomb, 100), unzip.ErrTooLarge},
		"more than the limit":        {claimSize(newArchive(t, 100), limit+1), unzip.ErrTooLarge},
		"too many files":             {newArchive(t, make([]int, unzip.MaxFiles+1)...), unzip.ErrTooLarge},
		"AES without its field":      {bytes.ReplaceAll(readArchive(t, "AES256.zip"), []byte("\x01\x99\x07\x00"), []byte("\x02\x99\x07\x00")), unzip.ErrUnsupported},
		"AES of an unknown strength": {bytes.ReplaceAll(readArchive(t, "AES256.zip"), []byte("AE\x03"), []byte("AE\x04")), unzip.ErrUnsupported},
	} {
		if _, err := unpackAll(test.data, password); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
	if got, err := unpackAll(newArchive(t, 1<<20), ""); err != nil || len(got) != 1<<20 {
		t.Errorf("a megabyte of zeros: %d bytes, %v", len(got), err)
	}
}

// TestNoErrorHasThePassword: errors are logged and shown.
func TestNoErrorHasThePassword(t *testing.T) {
	t.Parallel()
	for _, name := range madeBy {
		data := readArchive(t, name)
		data[len(data)/3] ^= 1
		for _, secret := range []string{password, "geheim-31415"} {
			if _, err := unpackAll(bytes.Clone(data), secret); err != nil && strings.Contains(err.Error(), secret) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, name := range append(madeBy, "plain.zip") {
		f.Add(readArchive(f, name), password, uint16(0), uint32(0))
	}
	f.Add(newArchive(f, 5000, 10), "", uint16(30), uint32(1<<31))
	f.Fuzz(func(t *testing.T, data []byte, secret string, at uint16, size uint32) {
		if int(at)+4 <= len(data) { // a size somewhere in the directory
			binary.LittleEndian.PutUint32(data[at:], binary.LittleEndian.Uint32(data[at:])^size)
		}
		files, err := unzip.List(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		for _, file := range files {
			if text, err := file.Read(secret, 1<<20); err == nil && len(text) > 1<<20 {
				t.Fatalf("%d bytes", len(text))
			}
		}
	})
}
