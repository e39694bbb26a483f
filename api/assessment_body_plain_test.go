package api

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

// TestPlainIsWhatJSONLeavesAsItIs: every byte at every place of a word, and after
// the last whole one.
func TestPlainIsWhatJSONLeavesAsItIs(t *testing.T) {
	t.Parallel()
	for c := range 256 {
		for at := range 19 {
			text := []byte(strings.Repeat("款", 7)[:19])
			text[at] = byte(c)
			want := c >= ' ' && c != '"' && c != '\\'
			if got := plain(text); got != want {
				t.Fatalf("byte %#x at %d: plain %v", c, at, got)
			}
		}
	}
}

// FuzzText holds the pen to a whole encoder, neighbours included.
func FuzzText(f *testing.F) {
	for _, text := range []string{"", "退款", "“引号”和\"引号\"", `反斜\杠`, "一行\n两行", "\x7f\u2028", "12345678\"", "1234567\\"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.ToValidUTF8(text, "") != text {
			return // no book holds it
		}
		want, err := jsontext.AppendQuote([]byte(`{"a":1,"b":`), text)
		if err != nil {
			t.Fatal(err)
		}
		if got := pen(`{"a":1`).text(`,"b":`, text); string(got) != string(want) {
			t.Errorf("%s, want %s", got, want)
		}
	})
}
