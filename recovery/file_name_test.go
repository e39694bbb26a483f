package recovery_test

import (
	"fmt"
	"strings"
	"testing"

	"recourse/recovery"
)

func TestFileNamesAreUnescaped(t *testing.T) {
	t.Parallel()
	for sent, want := range map[string]string{
		"a.png": "a.png", "转账.png": "转账.png", "": "",
		"a%22b.png": `a"b.png`, "转账%22甲%22.png": `转账"甲".png`, "a%0Db": "a\rb", "a%0d%0ab": "a\r\nb",
		"100%.png": "100%.png", "100%25.png": "100%25.png", "50%20off.png": "50%20off.png", "a%2Fb.png": "a%2Fb.png", "a%00b": "a%00b",
		"%E8%BD%AC%E8%B4%A6.png": "转账.png", "%E8%BD%AC%22.png": `转".png`, "%e8%bd%ac%2F1.png": "转/1.png",
		"%E8%BD.png": "%E8%BD.png", "%FF.png": "%FF.png", "转%E8%BD%AC.png": "转%E8%BD%AC.png", "%zz%E8%BD%AC": "%zz%E8%BD%AC",
		"\u200b": "", " \u3164": "", "%E2%80%8B": "", //nolint:gocritic // a blank before an invisible character is what is tested
	} {
		if got := recovery.DecodeFileName(sent); got != want {
			t.Errorf("%q: %q, want %q", sent, got, want)
		}
	}
}

// TestFileNamesAreOneLine: what would break a line or turn its direction is refused, also
// when it came in an escape.
func TestFileNamesAreOneLine(t *testing.T) {
	t.Parallel()
	for _, sent := range []string{"a%0Ab", "a%0Db", "a\tb", "a\u202egnp.exe", "a\u2066b", "a\x00b", "a\u2028b", "%E8%BD%AC%0A", "%E2%80%AEa"} {
		if faults := recovery.CheckFileName(recovery.DecodeFileName(sent)); len(faults) != 1 || faults[0].Code != "forbidden_character" {
			t.Errorf("%q: %v", sent, faults)
		}
	}
	for _, name := range []string{"", `转账"甲".png`, "Bildschirmfoto\u202f1.png", "👨\u200d👩.png", strings.Repeat("长", 255)} {
		if faults := recovery.CheckFileName(name); len(faults) != 0 {
			t.Errorf("%q: %s", name, fmt.Sprint(faults))
		}
	}
}
