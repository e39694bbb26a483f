package verify_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recourse/evidence/verify"
)

// goldenKey is the fingerprint of a key in the key history of every golden bag.
const goldenKey = "0168686f746cd6b3d5bebb054ae2da2e9cd0141213b28cbeb8cdd32aa2b2dbaf"

// TestGoldenBagsVerifyForEver: from release 0.1.0 on, files are only added to
// testdata/golden, one for each version of the format and one whenever a release
// adds something to it, because a bag that was handed out cannot be rewritten.
func TestGoldenBagsVerifyForEver(t *testing.T) {
	t.Parallel()
	bags, err := filepath.Glob("testdata/golden/*.zip")
	if err != nil || len(bags) == 0 {
		t.Fatalf("%d golden bags, %v", len(bags), err)
	}
	for _, path := range bags {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			summary, err := verify.Options{Key: goldenKey}.File(path)
			if err != nil || !summary.Sealed || !summary.KeyExpected {
				t.Fatalf("%+v, %v", summary, err)
			}
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			folder := open(t, raw).unpack()
			own, code := script(t, folder, "--key", goldenKey) // the verify.sh inside the bag
			if code != 0 || !strings.Contains(own, "SOUND") {
				t.Errorf("its own verify.sh: exit %d\n%s", code, own)
			}
			today, code := script(t, scriptFolder(t), "--key", goldenKey, folder)
			if code != 0 || !strings.Contains(today, "SOUND") {
				t.Errorf("today's verify.sh: exit %d\n%s", code, today)
			}
		})
	}
}

// TestGoldenPDFsVerifyForEver: their certificates expire, their stamps do not.
func TestGoldenPDFsVerifyForEver(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/golden/*.pdf")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d golden PDFs, %v", len(files), err)
	}
	for _, path := range files {
		if summary, err := verify.File(path); err != nil || summary.Stamp == nil || !summary.PDF.Development {
			t.Errorf("%s: %+v, %v", path, summary, err)
		}
		if output, code := script(t, scriptFolder(t), absolute(t, path)); code != 0 {
			t.Errorf("%s: verify.sh: exit %d\n%s", path, code, output)
		}
	}
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	path, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return path
}
