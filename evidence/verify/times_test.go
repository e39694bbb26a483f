package verify_test

import (
	"crypto/sha256"
	"os"
	"path/filepath"
	"testing"
	"time"

	"recourse/evidence/bag/bagtest"
	"recourse/evidence/folio"
	sealing "recourse/evidence/seal"
	"recourse/evidence/seal/sealtest"
)

// stamped is a folio with a time stamp over every checkpoint.
func stamped(t testing.TB, want bagtest.Case, tsa *sealtest.TSA) folio.Folio {
	t.Helper()
	if want.Rotations == 0 {
		want.Rotations = 2
	}
	want.Start = time.Now().UTC().AddDate(0, 0, -1) // openssl stamps with the machine's clock
	f := bagtest.NewFolio(t, want)
	client := sealtest.NewStampClient(t, tsa)
	for i := range f.Earlier {
		f.Earlier[i].Stamp = stampOf(t, client, f.Earlier[i].Note)
	}
	f.Stamp, f.Roots = stampOf(t, client, f.Checkpoint), client.RootsPEM()
	return f
}

func stampOf(t testing.TB, client sealing.Stamper, note string) *folio.Stamp {
	t.Helper()
	stamp, err := client.Stamp(t.Context(), sha256.Sum256([]byte(note)), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	return &folio.Stamp{Token: stamp.Token, At: stamp.At}
}

func TestBagWithTimesIsSound(t *testing.T) {
	t.Parallel()
	f := stamped(t, bagtest.Case{Seed: 1}, sealtest.StartAuthority(t))
	raw := write(t, f)
	summary, err := check(raw)
	if err != nil {
		t.Fatal(err)
	}
	if summary.Keys != 3 || summary.Checkpoints != 2 || summary.Stamps != 3 || summary.Stamp == nil ||
		summary.Stamp.At != f.Stamp.At.Format(time.RFC3339) {
		t.Errorf("%+v", summary)
	}
	if output, code := script(t, open(t, raw).unpack()); code != 0 {
		t.Errorf("verify.sh: exit %d\n%s", code, output)
	}
}

func TestSealedPDFIsSound(t *testing.T) {
	t.Parallel()
	tsa := sealtest.StartAuthority(t)
	identity := sealtest.NewIdentity(t)
	for name, client := range map[string]sealing.Stamper{"plain": nil, "stamped": sealtest.NewStampClient(t, tsa)} {
		raw := sealtest.SealPDF(t, identity, client, sealtest.NewPDF(2))
		summary, err := check(raw)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if p := summary.PDF; p == nil || !p.Development || p.Fingerprint != identity.Fingerprint() || p.Signer != identity.CommonName() || (summary.Stamp != nil) != (client != nil) {
			t.Errorf("%s: %+v", name, summary)
		}
		path := filepath.Join(t.TempDir(), "dossier.pdf")
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		if output, code := script(t, scriptFolder(t), path); code != 0 {
			t.Errorf("%s: verify.sh: exit %d\n%s", name, code, output)
		}
	}
}
