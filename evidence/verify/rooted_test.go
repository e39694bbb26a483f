package verify_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"testing"
	"time"

	"recourse/evidence/seal/sealtest"
	"recourse/evidence/verify"
)

// rootOf returns the root certificate of an authority in DER.
func rootOf(t *testing.T, tsa *sealtest.TSA) []byte {
	t.Helper()
	block, rest := pem.Decode(tsa.Roots)
	if block == nil || len(rest) > 0 {
		t.Fatalf("the authority has the roots %q", tsa.Roots)
	}
	return block.Bytes
}

// TestCertificatesWithinAStampAreJudged: a token may contain its authority's root,
// which no signature covers. openssl ignores it if it trusts a root of that name; the
// verifiers must still reject a broken root or that of another authority.
func TestCertificatesWithinAStampAreJudged(t *testing.T) {
	t.Parallel()
	tsa := sealtest.StartAuthority(t)
	sealed := sealtest.SealPDF(t, sealtest.NewIdentity(t), sealtest.NewStampClient(t, tsa), sealtest.NewPDF(1))
	root := rootOf(t, tsa)
	own := []byte(hex.EncodeToString(root))
	at := bytes.LastIndex(sealed, own) // before it stands the one that is signed for
	if begin, _ := gap(t, sealed); at < begin {
		t.Fatal("the token does not bring its root along")
	}
	with := func(root []byte) []byte {
		return bytes.Join([][]byte{sealed[:at], []byte(hex.EncodeToString(root)), sealed[at+len(own):]}, nil)
	}
	broken := bytes.Clone(root)
	broken[len(broken)-1] ^= 1
	if got := pdfItem(t, with(broken)); got != "time stamp" {
		t.Errorf("its root broken: named %q", got)
	}
	namesake := rootOf(t, sealtest.StartAuthority(t))
	for len(namesake)*2 != len(own) { // signatures differ in length
		namesake = rootOf(t, sealtest.StartAuthority(t))
	}
	forged := with(namesake)
	sum := sha256.Sum256(namesake)
	expected := hex.EncodeToString(sum[:])
	_, err := reader(verify.Options{Authority: expected}, forged)
	if got := item(t, err); got != "time stamp" {
		t.Errorf("a namesake's root: Go names %q (%v)", got, err)
	}
	if got := scriptPDF(t, forged, "--authority", expected); got != "time stamp" {
		t.Errorf("a namesake's root: verify.sh names %q", got)
	}
}

// namesakes is an authority whose bags also contain roots of other authorities.
type namesakes struct {
	*sealtest.Clock

	others []byte
}

func (n namesakes) RootsPEM() []byte { return append(bytes.Clone(n.Clock.RootsPEM()), n.others...) }

// TestARootBesideItsNamesake: if two roots have the same name, the signature decides
// which one issued the certificate.
func TestARootBesideItsNamesake(t *testing.T) {
	t.Parallel()
	own, other := sealtest.NewClock(t, day.AddDate(-30, 0, 0), day.AddDate(1, 0, 0)), sealtest.NewClock(t, day.AddDate(-30, 0, 0), day.AddDate(1, 0, 0))
	own.At = time.Now().Add(time.Second)
	sealed := sealtest.SealPDF(t, sealtest.NewIdentity(t), namesakes{own, other.RootsPEM()}, sealtest.NewPDF(1))
	for name, test := range map[string]struct {
		root []byte
		item string
	}{"its own": {own.RootsPEM(), ""}, "the other": {other.RootsPEM(), "time stamp"}} {
		block, _ := pem.Decode(test.root)
		sum := sha256.Sum256(block.Bytes)
		expected := hex.EncodeToString(sum[:])
		_, err := reader(verify.Options{Authority: expected}, sealed)
		if got := item(t, err); got != test.item {
			t.Errorf("%s: Go names %q (%v)", name, got, err)
		}
		if got := scriptPDF(t, sealed, "--authority", expected); got != test.item {
			t.Errorf("%s: verify.sh names %q", name, got)
		}
	}
}
