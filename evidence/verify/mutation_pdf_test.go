package verify_test

import (
	"bytes"
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	sealing "recourse/evidence/seal"
	"recourse/evidence/seal/sealtest"
	"recourse/evidence/verify"
)

// pdfItem returns the item that both verifiers report for a PDF, or "".
func pdfItem(t *testing.T, raw []byte) string {
	t.Helper()
	_, err := check(raw)
	got, scripted := item(t, err), scriptPDF(t, raw)
	if got != scripted {
		t.Errorf("Go names %q (%v), verify.sh %q", got, err, scripted)
	}
	return got
}

// scriptPDF returns the item that verify.sh reports. The file has the name that Reader
// uses.
func scriptPDF(t *testing.T, raw []byte, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bag.zip")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	output, code := script(t, scriptFolder(t), append(args, path)...)
	if code == 0 {
		return ""
	}
	match := failLine.FindStringSubmatch(output)
	if code != 1 || match == nil || strings.Contains(output, "Traceback") {
		t.Fatalf("verify.sh: exit %d\n%s", code, output)
	}
	return match[1]
}

var gapPlace = regexp.MustCompile(`/ByteRange \[0 ([0-9]{10}) ([0-9]{10}) ([0-9]{10})\] /Contents `)

// gap returns the range of the signature in a sealed PDF, including its brackets.
func gap(t testing.TB, raw []byte) (begin, end int) {
	t.Helper()
	match := gapPlace.FindSubmatch(raw)
	var err error
	if begin, err = strconv.Atoi(string(match[1])); err != nil {
		t.Fatal(err)
	}
	if end, err = strconv.Atoi(string(match[2])); err != nil {
		t.Fatal(err)
	}
	return begin, end
}

// cmsOf returns the signature in DER without its padding.
func cmsOf(t testing.TB, raw []byte) []byte {
	t.Helper()
	begin, end := gap(t, raw)
	padded, err := hex.DecodeString(string(raw[begin+1 : end-1]))
	if err != nil {
		t.Fatal(err)
	}
	var first asn1.RawValue
	if _, err := asn1.Unmarshal(padded, &first); err != nil {
		t.Fatal(err)
	}
	return first.FullBytes
}

// withCMS puts another signature into the gap.
func withCMS(t testing.TB, raw, cms []byte) []byte {
	t.Helper()
	begin, end := gap(t, raw)
	out := bytes.Clone(raw)
	for i := begin + 1; i < end-1; i++ {
		out[i] = '0'
	}
	hex.Encode(out[begin+1:end-1], cms)
	return out
}

// pdfMutation breaks a sealed PDF.
type pdfMutation struct {
	name, item string
	raw        []byte
}

func TestDesignedMutationsOfPDFs(t *testing.T) {
	t.Parallel()
	tsa := sealtest.StartAuthority(t)
	identity, other := sealtest.NewIdentity(t), sealtest.NewIdentity(t)
	client := sealtest.NewStampClient(t, tsa)
	plain := sealtest.NewPDF(2)
	stamped := sealtest.SealPDF(t, identity, client, plain)
	again := sealtest.SealPDF(t, identity, client, sealtest.NewPDF(3))
	bare := sealtest.SealPDF(t, identity, nil, plain)
	// Another file: over the same one, a seal made within the same second would be valid.
	like := sealtest.SealPDF(t, other, client, sealtest.NewPDF(4))
	all := append(rangeMutations(t, stamped), cmsMutations(t, stamped, again, bare, like)...)
	for _, m := range all {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			if bytes.Equal(m.raw, stamped) || bytes.Equal(m.raw, bare) {
				t.Fatal("nothing was changed")
			}
			if got := pdfItem(t, m.raw); got != m.item {
				t.Errorf("named %q, want %q", got, m.item)
			}
		})
	}
}

// rangeMutations change the file around the signature, like known attacks on signed
// PDFs: incremental updates, incomplete byte ranges, shadow content.
func rangeMutations(t *testing.T, sound []byte) []pdfMutation {
	t.Helper()
	begin, end := gap(t, sound)
	swap := func(from, to string) []byte {
		if !bytes.Contains(sound, []byte(from)) {
			t.Fatalf("no %q", from)
		}
		return bytes.Replace(sound, []byte(from), []byte(to), 1)
	}
	ranged := func(a, b, c int) []byte {
		return gapPlace.ReplaceAll(sound, fmt.Appendf(nil, "/ByteRange [0 %010d %010d %010d] /Contents ", a, b, c))
	}
	update := []byte("4 0 obj\n<</Type /Page /Parent 2 0 R>>\nendobj\nxref\n4 1\n" + fmt.Sprintf("%010d 00000 n \n", len(sound)) +
		"trailer\n<</Size 12 /Root 1 0 R /Prev 9>>\nstartxref\n" + strconv.Itoa(len(sound)+45) + "\n%%EOF\n")
	insert := func(at int, text string) []byte {
		return append(append(bytes.Clone(sound[:at]), text...), sound[at:]...)
	}
	return []pdfMutation{
		{"text of a page changed", "content", swap("page 2 of", "page 7 of")},
		{"update appended", "byte range", append(bytes.Clone(sound), update...)},
		{"update appended, range made to fit", "content", gapPlace.ReplaceAll(append(bytes.Clone(sound), update...),
			fmt.Appendf(nil, "/ByteRange [0 %010d %010d %010d] /Contents ", begin, end, len(sound)-end+len(update)))},
		{"sealed twice", "byte range", append(bytes.Clone(sound), sound[len(sealtest.NewPDF(2)):]...)},
		{"one byte appended", "byte range", append(bytes.Clone(sound), '\n')},
		{"last byte cut", "byte range", sound[:len(sound)-1]},
		{"cut before the tail", "byte range", sound[:end]},
		{"pages cut off in front", "byte range", append([]byte("%PDF-1.4\n"), sound[2000:]...)},
		{"byte inserted in front", "byte range", insert(9, "\n")},
		{"byte inserted behind the gap", "byte range", insert(end, "\n")},
		{"range from elsewhere", "byte range", swap("/ByteRange [0 ", "/ByteRange [1 ")},
		{"range with a wider gap in front", "byte range", ranged(begin-10, end, len(sound)-end)},
		{"range with a wider gap behind", "byte range", ranged(begin, end+30, len(sound)-end-30)},
		{"range with a narrower gap", "byte range", ranged(begin, end-2, len(sound)-end+2)},
		{"range without a gap", "byte range", ranged(begin, begin, len(sound)-begin)},
		{"range beyond the file", "byte range", ranged(begin, 9_999_999_999, 0)},
		{"range in another spelling", "byte range", gapPlace.ReplaceAll(sound, []byte("/ByteRange[0 $1 $2 $3] /Contents "))},
		{"range with a fifth number", "byte range", gapPlace.ReplaceAll(sound, []byte("/ByteRange [0 $1 $2 $3 0] /Contents "))},
		{"gap holds more", "byte range", append(append(bytes.Clone(sound[:end-12]), ">/Hidden 1 <"...), sound[end:]...)},
		{"digits in capitals", "byte range", append(append(bytes.Clone(sound[:begin]), bytes.ToUpper(sound[begin:end])...), sound[end:]...)},
		{"padding used", "signature", append(append(bytes.Clone(sound[:end-3]), "01>"...), sound[end:]...)},
		{"no bracket", "byte range", append(append(bytes.Clone(sound[:end-1]), '0'), sound[end:]...)},
		{"time of the seal changed", "content", swap("/M (D:20", "/M (D:21")},
		{"promise of a stamp withdrawn", "content", swap("/Stamped true", "/Stamped     ")},
		{"signed field redirected", "content", swap("/V ", "/W ")},
		{"catalog swapped", "content", swap("/SigFlags 3", "/SigFlags 0")},
		{"trailer redirected", "content", regexp.MustCompile(`/Root 1 0 R`).ReplaceAll(sound, []byte("/Root 2 0 R"))},
		{"startxref moved", "content", regexp.MustCompile(`startxref\n\d`).ReplaceAll(sound, []byte("startxref\n9"))},
		{"seal taken off", "bag.zip", sound[:len(sealtest.NewPDF(2))]},
		{"mark of the seal renamed", "bag.zip", swap("/ByteRange", "/ByteRangf")},
		{"mark smuggled in", "byte range", insert(9, "%/ByteRange [0 1 2 3]\n")},
	}
}

// cmsMutations change the signature itself.
func cmsMutations(t *testing.T, sound, again, bare, others []byte) []pdfMutation {
	t.Helper()
	cms := cmsOf(t, sound)
	flip := func(after string, skip int) []byte {
		at := bytes.Index(cms, []byte(after))
		if at < 0 {
			t.Fatalf("no %q in the signature", after)
		}
		changed := bytes.Clone(cms)
		changed[at+len(after)+skip] ^= 1
		return withCMS(t, sound, changed)
	}
	version := bytes.Clone(cms)
	version[bytes.Index(version, []byte{2, 1, 1})+2] = 3
	return []pdfMutation{
		{"signature of another sealing", "content", withCMS(t, sound, cmsOf(t, again))},
		{"signature of a stranger over a like file", "content", withCMS(t, sound, cmsOf(t, others))},
		{"signature without its token", "content", withCMS(t, sound, cmsOf(t, bare))},
		{"token dropped", "time stamp", withCMS(t, sound, swapToken(t, cms, nil))},
		{"token of another sealing", "time stamp", withCMS(t, sound, swapToken(t, cms, tokenIn(t, cmsOf(t, again))))},
		{"token that was not promised", "time stamp", withCMS(t, bare, swapToken(t, cmsOf(t, bare), tokenIn(t, cms)))},
		{"name of the certificate changed", "certificate", flip("Recourse Development Seal", 1)},
		{"name of the root changed", "certificate", flip("Recourse Development Root", 1)},
		{"certificate dropped", "certificate", withCMS(t, sound, dropCertificate(t, cms))},
		{"version changed", "signature", withCMS(t, sound, version)},
		{"signed digest changed", "signature", flip("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04\x31\x22\x04\x20", 5)},
		{"no signature", "signature", withCMS(t, sound, nil)},
		{"garbage", "signature", withCMS(t, sound, bytes.Repeat([]byte{0xff}, 100))},
	}
}

// The parts of a CMS message that mutations change.
type message struct {
	Type    asn1.ObjectIdentifier
	Content struct {
		Version, Digests, Inner, Certificates asn1.RawValue
		Signers                               []signer `asn1:"set"`
	} `asn1:"explicit,tag:0"`
}

type signer struct {
	Version, Issuer, Digest, Signed, Algorithm, Signature asn1.RawValue
	Unsigned                                              []tokenAttribute `asn1:"optional,omitempty,set,tag:1"`
}

type tokenAttribute struct {
	Type   asn1.ObjectIdentifier
	Values []asn1.RawValue `asn1:"set"`
}

func parsed(t testing.TB, cms []byte) message {
	t.Helper()
	var m message
	if _, err := asn1.Unmarshal(cms, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func marshalled(t testing.TB, m message) []byte {
	t.Helper()
	der, err := asn1.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func tokenIn(t testing.TB, cms []byte) []byte {
	t.Helper()
	return parsed(t, cms).Content.Signers[0].Unsigned[0].Values[0].FullBytes
}

func swapToken(t testing.TB, cms, token []byte) []byte {
	t.Helper()
	m := parsed(t, cms)
	m.Content.Signers[0].Unsigned = nil
	if token != nil {
		id := asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 14}
		m.Content.Signers[0].Unsigned = []tokenAttribute{{id, []asn1.RawValue{{FullBytes: token}}}}
	}
	return marshalled(t, m)
}

func dropCertificate(t testing.TB, cms []byte) []byte {
	t.Helper()
	m := parsed(t, cms)
	var first asn1.RawValue
	if _, err := asn1.Unmarshal(m.Content.Certificates.Bytes, &first); err != nil {
		t.Fatal(err)
	}
	m.Content.Certificates = asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true, Bytes: first.FullBytes}
	return marshalled(t, m)
}

// TestForgedPDFNeedsTheExpectedCertificate shows the known limit: a file sealed again
// by another authority is valid in itself.
func TestForgedPDFNeedsTheExpectedCertificate(t *testing.T) {
	t.Parallel()
	genuine := sealtest.NewIdentity(t)
	raw := sealtest.SealPDF(t, sealtest.NewIdentity(t), nil, sealtest.NewPDF(1))
	if got := pdfItem(t, raw); got != "" {
		t.Fatalf("named %q", got)
	}
	_, err := reader(verify.Options{Key: genuine.Fingerprint()}, raw)
	if got := item(t, err); got != "certificate" {
		t.Errorf("Go names %q", got)
	}
	if got := scriptPDF(t, raw, "--key", genuine.Fingerprint()); got != "certificate" {
		t.Errorf("verify.sh names %q", got)
	}
	good := sealtest.SealPDF(t, genuine, nil, sealtest.NewPDF(1))
	if summary, err := reader(verify.Options{Key: genuine.Fingerprint()}, good); err != nil || !summary.PDF.Expected {
		t.Errorf("the genuine one: %+v, %v", summary.PDF, err)
	}
	if got := scriptPDF(t, good, "--key", genuine.Fingerprint()); got != "" {
		t.Errorf("the genuine one: verify.sh names %q", got)
	}
}

// TestSealWithAnExpiredCertificate: the certificate must be valid at the time of the
// time stamp or, without one, at the time the signer claims.
func TestSealWithAnExpiredCertificate(t *testing.T) {
	t.Parallel()
	certificates, key, err := sealing.NewDevelopmentAuthority(day.AddDate(-20, 0, 0), strings.NewReader(strings.Repeat("0123456789abcdef", 99)))
	if err != nil {
		t.Fatal(err)
	}
	identity, err := sealing.LoadIdentity(certificates, key)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		at, stamped time.Time
		item        string
	}{
		"in its time":                   {at: day.AddDate(-15, 0, 0)},
		"later":                         {at: day, item: "certificate"},
		"stamped in its time":           {at: day.AddDate(-15, 0, 0), stamped: day.AddDate(-14, 0, 0)},
		"claimed earlier than stamped":  {at: day.AddDate(-15, 0, 0), stamped: day, item: "certificate"},
		"stamped earlier than was said": {at: day.AddDate(-14, 0, 0), stamped: day.AddDate(-15, 0, 0), item: "time stamp"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &sealing.Sealer{Identity: identity}
			if !c.stamped.IsZero() {
				clock := sealtest.NewClock(t, day.AddDate(-30, 0, 0), day.AddDate(1, 0, 0))
				clock.At = c.stamped
				s.Stamper = clock
			}
			var out bytes.Buffer
			plain := sealtest.NewPDF(1)
			if _, err := s.SealPDF(t.Context(), &out, bytes.NewReader(plain), int64(len(plain)), c.at); err != nil {
				t.Fatal(err)
			}
			if got := pdfItem(t, out.Bytes()); got != c.item {
				t.Errorf("named %q, want %q", got, c.item)
			}
		})
	}
}

// TestRandomMutationsOfPDFsAreFound changes four of five sealed PDFs at random, half
// of them in the signature.
func TestRandomMutationsOfPDFsAreFound(t *testing.T) {
	t.Parallel()
	client := sealtest.NewStampClient(t, sealtest.StartAuthority(t))
	identity := sealtest.NewIdentity(t)
	sound := [][]byte{
		sealtest.SealPDF(t, identity, client, sealtest.NewPDF(1)), sealtest.SealPDF(t, identity, nil, sealtest.NewPDF(3)),
	}
	every := max(1, *mutations/max(1, *scripted))
	for seed := range *mutations {
		random := rand.New(rand.NewPCG(uint64(seed), 3))
		original := sound[random.IntN(len(sound))]
		broken := original
		if random.IntN(5) > 0 {
			broken = breakPDF(t, original, random)
		}
		same := bytes.Equal(broken, original)
		_, err := check(broken)
		if got := item(t, err); (got == "") != same {
			t.Errorf("seed %d: %v; %s", seed, err, whereChanged(original, broken))
		}
		if seed%every == 0 {
			if got := scriptPDF(t, broken); (got == "") != same {
				t.Errorf("seed %d: verify.sh names %q", seed, got)
			}
		}
	}
}

func breakPDF(t *testing.T, sound []byte, random *rand.Rand) []byte {
	t.Helper()
	raw := bytes.Clone(sound)
	from, to := 0, len(raw)
	if random.IntN(2) == 0 {
		from, _ = gap(t, raw)
		to = from + 1 + 2*len(cmsOf(t, raw))
	}
	at := from + random.IntN(to-from)
	end := min(len(raw), at+1+random.IntN(40))
	switch random.IntN(6) {
	case 0, 1, 2:
		raw[at] ^= 1 << random.IntN(8)
	case 3:
		return append(raw[:at], raw[end:]...)
	case 4:
		return append(append(bytes.Clone(raw[:at]), raw[at:end]...), raw[at:]...)
	case 5:
		return append(raw, sound[at:end]...)
	}
	return raw
}

// whereChanged describes the first byte that differs and its surroundings.
func whereChanged(one, two []byte) string {
	at := 0
	for at < min(len(one), len(two)) && one[at] == two[at] {
		at++
	}
	return fmt.Sprintf("byte %d: %q became %q", at, one[max(0, at-60):min(len(one), at+20)], two[at:min(len(two), at+20)])
}
