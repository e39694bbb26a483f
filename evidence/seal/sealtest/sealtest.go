// Package sealtest provides fixtures for tests of seals: a time-stamping authority on
// loopback (`openssl ts -reply` behind an HTTP server), a development identity and a
// small PDF. Only tests may import it.
package sealtest

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"strings"
	"testing"
	"time"

	"recourse/evidence/seal"
)

// NewPDF returns a valid PDF in the format of dossiers, with the given number of
// pages. Each page has a link and a line of text.
func NewPDF(pages int) []byte {
	var out bytes.Buffer
	var places []int
	object := func(text string) {
		places = append(places, out.Len())
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", len(places), text)
	}
	out.WriteString("%PDF-1.4\n")
	var kids []string
	for n := range pages {
		kids = append(kids, fmt.Sprintf("%d 0 R", 4+2*n))
	}
	object("<<\n/Type /Catalog\n/Pages 2 0 R\n>>")
	object(fmt.Sprintf("<</Type /Pages\n/Kids [%s ]\n/Count %d\n/MediaBox [0 0 595.28 841.89]\n>>", strings.Join(kids, " "), pages))
	object("<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding>>")
	for n := range pages {
		links := "/Annots [<</Type /Annot /Subtype /Link /Rect [10 10 20 20] /Border [0 0 0] /A <</S /URI /URI (https://recourse.example/\\(x\\))>>>>]"
		object(fmt.Sprintf("<</Type /Page\n/Parent 2 0 R\n/Resources <</Font <</F1 3 0 R>>>>\n%s\n/Contents %d 0 R>>", links, 5+2*n))
		text := fmt.Sprintf("BT /F1 12 Tf 50 780 Td (page %d of a test) Tj ET", n+1)
		object(fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", len(text), text))
	}
	table := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(places)+1)
	for _, place := range places {
		fmt.Fprintf(&out, "%010d 00000 n \n", place)
	}
	fmt.Fprintf(&out, "trailer\n<<\n/Size %d\n/Root 1 0 R\n>>\nstartxref\n%d\n%%%%EOF\n", len(places)+1, table)
	return out.Bytes()
}

// NewIdentity returns an identity of a new development authority.
func NewIdentity(t testing.TB) *seal.Identity {
	t.Helper()
	certificates, key, err := seal.NewDevelopmentAuthority(currentTime(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	identity, err := seal.LoadIdentity(certificates, key)
	if err != nil {
		t.Fatal(err)
	}
	return identity
}

// NewStampClient returns a client of an authority, or nil for nil.
func NewStampClient(t testing.TB, tsa *TSA) seal.Stamper {
	t.Helper()
	if tsa == nil {
		return nil
	}
	client, err := seal.NewAuthority(tsa.URL, tsa.Roots, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// SealPDF seals a PDF with the current time.
func SealPDF(t testing.TB, identity *seal.Identity, stamper seal.Stamper, pdf []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	sealer := &seal.Sealer{Identity: identity, Stamper: stamper}
	if _, err := sealer.SealPDF(t.Context(), &out, bytes.NewReader(pdf), int64(len(pdf)), currentTime()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// currentTime returns the time of the system clock, which the authority uses too.
func currentTime() time.Time { return time.Now() } //nolint:forbidigo // see above
