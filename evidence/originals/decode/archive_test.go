package decode_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"recourse/evidence/originals/decode"
	"recourse/evidence/originals/intake/intaketest"
	"recourse/evidence/originals/unzip"
	"recourse/recovery"
)

const archivePassword = "271828" // of the archives in package unzip

func readArchive(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "unzip", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// letters is an endless text. A large one in memory would count as that of the children.
type letters struct{}

func (letters) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// packed is an archive with files of these names.
func packed(t testing.TB, size int, names ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, name := range names {
		part, err := w.Create(name)
		if err == nil && !strings.HasSuffix(name, "/") {
			_, err = io.CopyN(part, letters{}, int64(size))
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

// TestTheDearestArchives: whatever an archive of 1 MB contains, it is unpacked within the
// limits or refused.
func TestTheDearestArchives(t *testing.T) {
	bomb := packed(t, 900<<20, "1.csv")
	claimed := bytes.Clone(bomb)
	binary.LittleEndian.PutUint32(claimed[bytes.LastIndex(claimed, []byte("PK\x01\x02"))+24:], 1_000)
	locked := bytes.Clone(claimed)
	locked[bytes.LastIndex(locked, []byte("PK\x01\x02"))+8] |= 1 // as if it were encrypted
	names := make([]string, 9_000)
	for i := range names {
		names[i] = strconv.Itoa(i)
	}
	for name, data := range map[string][]byte{"a bomb": bomb, "a bomb that claims little": claimed, "the old encryption": locked, "files": packed(t, 0, names...)} {
		t.Run(name, func(t *testing.T) {
			if len(data) > 1<<20+1<<19 {
				t.Fatalf("%d bytes", len(data))
			}
			runner := newChildRunner(t)
			began := time.Now()
			unpacked, err := decode.NewDecoder(runner).Unpack(t.Context(), fileOf(data), "1")
			if code := recovery.CodeOf(err); err != nil && code != recovery.CodeInvalid {
				t.Error(err)
			}
			assertCheap(t, runner, len(data), began, fmt.Sprint(len(unpacked.Data), " bytes, ", err))
		})
	}
}

// fieldAndCode is the reason of a refusal.
func fieldAndCode(err error) string {
	var fault *recovery.Fault
	if !errors.As(err, &fault) || len(fault.Fields) != 1 {
		return fmt.Sprint(err)
	}
	return fault.Fields[0].Field + " " + fault.Fields[0].Code
}

// TestUnpack unpacks in a child what wallets mail, and refuses everything else with the
// reason, without the password in it.
func TestUnpack(t *testing.T) {
	t.Parallel()
	decoder := decode.NewDecoder(newChildRunner(t))
	many := make([]string, unzip.MaxFiles+1)
	for i := range many {
		many[i] = fmt.Sprint(i, ".csv")
	}
	for name, test := range map[string]struct {
		data           []byte
		password, want string // the name of the bill, or the reason of the refusal
	}{
		"AES":                   {readArchive(t, "AES256.zip"), archivePassword, "微信支付账单(20260301-20260331).csv"},
		"old encryption":        {readArchive(t, "zipcrypto-infozip.zip"), archivePassword, "微信支付账单(20260301-20260331).csv"},
		"no password":           {readArchive(t, "plain.zip"), "", "微信支付账单(20260301-20260331).csv"},
		"password needed":       {readArchive(t, "AES256.zip"), "", "password required"},
		"wrong password, AES":   {readArchive(t, "AES128.zip"), "314159", "password wrong"},
		"wrong password, old":   {readArchive(t, "zipcrypto-7z.zip"), "314159", "password wrong"},
		"a folder":              {packed(t, 10, "账单/", "账单/微信.csv", "__MACOSX/._微信.csv"), "", "微信.csv"},
		"a name of Windows":     {packed(t, 10, "\xd5\xcb\xb5\xa5.csv"), "", "账单.csv"},
		"no bill":               {packed(t, 10, "readme.exe", "a.jpg"), "", "file archive_no_bill"},
		"an archive in another": {packed(t, 10, "bill.zip"), "", "file archive_no_bill"},
		"several bills":         {packed(t, 10, "1.csv", "2.csv"), "", "file archive_several"},
		"too many files":        {packed(t, 10, many...), "", "file archive_too_large"},
		"a bomb":                {packed(t, 30<<20, "1.csv"), "", "file archive_too_large"},
		"half":                  {readArchive(t, "plain.zip")[:100], "", "file broken"},
		"a workbook":            {intaketest.Workbook(t, "<row/>"), archivePassword, ""},
		"a text":                {[]byte(billHead), archivePassword, ""},
		"a text of two letters": {[]byte("PK"), "", "file broken"},
		"nothing":               {nil, "", ""},
	} {
		unpacked, err := decoder.Unpack(t.Context(), fileOf(test.data), test.password)
		got := unpacked.Name
		if err != nil {
			got = fieldAndCode(err)
			if test.password != "" && strings.Contains(fmt.Sprintf("%+v", err), test.password) {
				t.Errorf("%s: the error has the password: %v", name, err)
			}
		}
		if got != test.want || err == nil && unpacked.IsArchive != (got != "") {
			t.Errorf("%s: %q, want %q (%v)", name, got, test.want, err)
		}
	}
}
