package verify

import (
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseObjectIsStrict(t *testing.T) {
	t.Parallel()
	for text, sound := range map[string]bool{
		`{}`:                                    true,
		`{"a":1,"b":[1,{"a":null}]}`:            true,
		`{ "a" : -1.5e+3 , "b":true,"c":false}`: true,
		`{"a":"\ud83d\ude00\n\u00e9"}`:          true,
		`{"":""}`:                               true,
		``:                                      false,
		`null`:                                  false,
		`[]`:                                    false,
		`{`:                                     false,
		` {}`:                                   false,
		`{} `:                                   false,
		`{}{}`:                                  false,
		`{"a":1,}`:                              false,
		`{"a" 1}`:                               false,
		`{a:1}`:                                 false,
		`{"a":01}`:                              false,
		`{"a":1.}`:                              false,
		`{"a":.5}`:                              false,
		`{"a":+1}`:                              false,
		`{"a":1e}`:                              false,
		`{"a":-}`:                               false,
		`{"a":nul}`:                             false,
		`{"a":NaN}`:                             false,
		`{"a":"\x"}`:                            false,
		`{"a":"\u12"}`:                          false,
		`{"a":"\ud800"}`:                        false,
		`{"a":"\udc00"}`:                        false,
		`{"a":"\ud800\u0041"}`:                  false,
		`{"a":"}`:                               false,
		"{\"a\":\"\t\"}":                        false,
		"{\"a\":\"\xc3\"}":                      false,
		`{"a":1,"a":2}`:                         false,
		`{"a":1,"\u0061":2}`:                    false,
		`{"x":{"a":1,"a":2}}`:                   false,
		`{"x":[{"a":1},{"a":2}],"a":3}`:         true,
		`{"a":` + strings.Repeat("[", 31) + strings.Repeat("]", 31) + `}`: true,
		`{"a":` + strings.Repeat("[", 32) + strings.Repeat("]", 32) + `}`: false,
	} {
		if _, err := parseObject([]byte(text)); (err == nil) != sound {
			t.Errorf("%.60q: %v", text, err)
		}
	}
}

// TestParseObjectAgreesWithTheStandardLibrary compares the parsed members of objects
// that encoding/json wrote.
func TestParseObjectAgreesWithTheStandardLibrary(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.MapOfN(rapid.String(), rapid.String(), 0, 8).Draw(t, "object")
		raw, err := json.Marshal(map[string]any{"texts": want, "n": rapid.Int64Range(0, 1<<53).Draw(t, "n")})
		if err != nil {
			t.Fatal(err)
		}
		fields, err := parseObject(raw)
		if err != nil {
			t.Fatal(err)
		}
		texts, ok := new(scanner).parseMember(fields, "texts")
		if !ok || len(texts) != len(want) {
			t.Fatalf("%d members of %d", len(texts), len(want))
		}
		for name, value := range want {
			if got, _ := texts.stringValue(name); got != strings.ToValidUTF8(value, "\ufffd") {
				t.Errorf("%q: got %q, want %q", name, got, value)
			}
		}
	})
}

func TestWhole(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"0": 0, "7": 7, "999999999999999999": 999_999_999_999_999_999,
		"-1": -1, "1.0": -1, "01": -1, `"1"`: -1, "1e3": -1, "true": -1, "9999999999999999999": -1,
	} {
		got, ok := object{{[]byte("n"), []byte(text)}}.wholeNumber("n")
		if ok != (want >= 0) || ok && got != want {
			t.Errorf("%s: %d, %t", text, got, ok)
		}
	}
}

// TestTree compares with known roots of the eight leaves in the reference tests of RFC 6962.
func TestTree(t *testing.T) {
	t.Parallel()
	leaves := []string{"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"}
	roots := []string{
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
		"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
		"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
		"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
		"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
		"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
		"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
	}
	var tree tree
	for i, want := range roots {
		if root := tree.rootHash(); hex.EncodeToString(root[:]) != want {
			t.Errorf("root of %d leaves: %x, want %s", i, root, want)
		}
		if i < len(leaves) {
			leaf, err := hex.DecodeString(leaves[i])
			if err != nil {
				t.Fatal(err)
			}
			tree.addEntry(leaf)
		}
	}
}
