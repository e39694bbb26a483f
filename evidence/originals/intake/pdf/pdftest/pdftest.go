// Package pdftest writes PDFs for tests.
package pdftest

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"
)

// Deflate returns a compressed stream with its dictionary.
func Deflate(t testing.TB, text string) string {
	t.Helper()
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("<</Length %d/Filter/FlateDecode>>\nstream\n%s\nendstream", out.Len(), out.String())
}

// Join returns a file of numbered objects; the first is the catalogue.
func Join(objects ...string) string {
	var out strings.Builder
	out.WriteString("%PDF-1.5\n%\xE2\xE3\xCF\xD3\n")
	places := make([]int, len(objects))
	for i, object := range objects {
		places[i] = out.Len()
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	table := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, place := range places {
		fmt.Fprintf(&out, "%010d 00000 n \n", place)
	}
	fmt.Fprintf(&out, "trailer\n<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, table)
	return out.String()
}

// UTF16Hex encodes text as UTF-16 in hexadecimal.
func UTF16Hex(text string) string {
	var out strings.Builder
	for _, unit := range utf16.Encode([]rune(text)) {
		fmt.Fprintf(&out, "%04X", unit)
	}
	return "<" + out.String() + ">"
}

// Receipt returns a page with text in the encodings of Chinese programs: codes of a
// standard collection, an embedded font with a table, and Latin.
func Receipt(t testing.TB) string {
	t.Helper()
	table := "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange\n" +
		"2 beginbfchar <0003> <91D1> <0004> <989D> endbfchar\n1 beginbfrange <0010> <0019> <0030> endbfrange\n" +
		"1 beginbfrange <0020> <0021> [<002E> <D842DFB7>] endbfrange endcmap end"
	content := "BT /F1 12 Tf 50 700 Td " + UTF16Hex("微信转账电子凭证") + " Tj 0 -20 Td " + UTF16Hex("转账单号：1000050001202603010012345678") + " Tj ET\n" +
		"BT /F2 12 Tf 1 0 0 1 50 650 Tm [<00030004> -300 <0012001000100010> 20 <002000100010>] TJ 0 -15 Td <0021> Tj ET\n" +
		"BT /F3 9 Tf 1 0 0 1 50 600 Tm (No. \\(7\\) \\101\\\nB) Tj ET /X1 Do"
	return Join(
		"<</Type/Catalog/Pages 2 0 R>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1/Resources<</Font<</F1 4 0 R/F2 6 0 R/F3<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>/XObject<</X1 9 0 R>>>>>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents[8 0 R]>>",
		"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[5 0 R]>>",
		"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>/DW 1000>>",
		"<</Type/Font/Subtype/Type0/BaseFont/ABCDEF+Song/Encoding/Identity-H/DescendantFonts[5 0 R]/ToUnicode 7 0 R>>",
		Deflate(t, table), Deflate(t, content),
		"<</Type/XObject/Subtype/Form/BBox[0 0 99 99]/Length 40>>\nstream\nBT /F3 9 Tf (in a form) Tj ET /X1 Do      \nendstream",
	)
}
