package verify_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"recourse/evidence/bag"
	"recourse/evidence/verify"
)

func seqOf(n int) string { return fmt.Sprintf(`"seq":%d,`, n) }

func checkKeyed(raw []byte, key string) (verify.Summary, error) {
	return verify.Options{Key: key}.Reader(bytes.NewReader(raw), int64(len(raw)))
}

func fingerprintOf(t *testing.T, key string) string {
	t.Helper()
	fingerprint, err := bag.KeyFingerprint(key)
	if err != nil {
		t.Fatal(err)
	}
	return fingerprint
}

// jsonMutations change entry 7 in ways that a lenient JSON parser accepts.
func jsonMutations() []mutation {
	edit := func(from, to string) func(*box) {
		return func(b *box) { b.replace(entries, from, to); b.rehash() }
	}
	return []mutation{
		{"name twice", "entry 7", edit(`"n":2`, `"n":2,"n":2`)},
		{"name twice, escaped", "entry 7", edit(`"n":2`, `"n":2,"\u006e":2`)},
		{"member twice at the top", "entry 7", edit(`{"v":1,"case":"0193a4c0-0000-7000-8000-000000000001","seq":7,`,
			`{"v":1,"v":1,"case":"0193a4c0-0000-7000-8000-000000000001","seq":7,`)},
		{"not a number", "entry 7", edit(`"n":2`, `"n":NaN`)},
		{"half a character", "entry 7", edit(`"n":2`, `"n":"\ud800"`)},
		{"not UTF-8", "entry 7", edit(`"n":2`, "\"n\":\"\xff\"")},
		{"control character", "entry 7", edit(`"n":2`, "\"n\":\"\x01\"")},
		{"nested too deep", "entry 7", edit(`"n":2`, `"n":`+strings.Repeat("[", 40)+strings.Repeat("]", 40))},
		{"nested far too deep", "entry 7", edit(`"n":2`, `"n":`+strings.Repeat("[", 100_000)+strings.Repeat("]", 100_000))},
		{"space added", "entry 7", edit(`"n":2`, `"n": 2`)},
		{"seq as a float", "entry 7", edit(`"seq":7,`, `"seq":7.0,`)},
		{"seq as a text", "entry 7", edit(`"seq":7,`, `"seq":"7",`)},
		{"unknown format", "entry 1", edit(`"v":1`, `"v":2`)},
		{"format true", "entry 1", edit(`"v":1`, `"v":true`)},
		{"CRLF", "entry 1", func(b *box) {
			b.files[entries] = bytes.ReplaceAll(b.files[entries], []byte("\n"), []byte("\r\n"))
			b.rehash()
		}},
		{"BOM", "entry 1", func(b *box) { b.files[entries] = append([]byte("\ufeff"), b.files[entries]...); b.rehash() }},
		{"last line open", entries, func(b *box) { b.files[entries] = bytes.TrimSuffix(b.files[entries], []byte("\n")); b.rehash() }},
		{"empty line", "entry 3", edit("\n{\"v\":1,\"case\":\"0193a4c0-0000-7000-8000-000000000001\",\"seq\":3,",
			"\n\n{\"v\":1,\"case\":\"0193a4c0-0000-7000-8000-000000000001\",\"seq\":3,")},
		{"trailing data in a line", "entry 1", edit("\"}\n", "\"}{}\n")},
		{"trailing space in a line", "entry 1", edit("\"}\n", "\"} \n")},
		{"prev in capitals", "entry 2", func(b *box) {
			b.lines(entries, func(l []string) []string {
				at := strings.Index(l[1], `"prev":"`) + 8
				l[1] = l[1][:at] + strings.ToUpper(l[1][at:at+64]) + l[1][at+64:]
				return l
			})
			b.rehash()
		}},
	}
}

func valueMutations() []mutation {
	edit := func(change func([]string) []string) func(*box) {
		return func(b *box) { b.lines(values, change); b.rehash() }
	}
	return []mutation{
		{"value changed", "entry 1 value claimant.name", func(b *box) { b.replace(values, "王小明", "王小朋") }},
		{"value changed, rehashed", "entry 1 value claimant.name", func(b *box) { b.replace(values, "王小明", "王小朋"); b.rehash() }},
		{"salt changed", "entry 1 value claimant.name", edit(func(l []string) []string {
			at := strings.Index(l[1], `"salt":"`) + 8
			l[1] = l[1][:at] + strings.Repeat("0", 32) + l[1][at+32:]
			return l
		})},
		{"value doubled", "entry 1 value claimant.name", edit(func(l []string) []string {
			return append(l[:2:2], l[1:]...)
		})},
		{"values swapped", "entry 1 value claimant.name", edit(func(l []string) []string { l[1], l[2] = l[2], l[1]; return l })},
		{"value of no entry", "entry 99 value x", edit(func(l []string) []string {
			l[len(l)-2] += ","
			return append(l[:len(l)-1], `{"seq":99,"path":"x","value":"y","salt":"00"}`, "]")
		})},
		{"value without commitment", "entry 1 value a", edit(func(l []string) []string {
			return append([]string{"[", `{"seq":1,"path":"a","value":"y","salt":"00"},`}, l[1:]...)
		})},
		{"value with a hostile path", values, edit(func(l []string) []string {
			return append([]string{"[", `{"seq":1,"path":"\u001b[2J","value":"y","salt":"00"},`}, l[1:]...)
		})},
		{"value dropped", values, func(b *box) { b.lines(values, func(l []string) []string { return append(l[:1], l[2:]...) }) }},
		{"value dropped, rehashed", seal, edit(func(l []string) []string { return append(l[:1], l[2:]...) })},
		{"field added", values, edit(func(l []string) []string { l[1] = strings.Replace(l[1], `{`, `{"a":1,`, 1); return l })},
		{"array open", values, edit(func(l []string) []string { return l[:len(l)-1] })},
		{"something behind the array", values, edit(func(l []string) []string { return append(l, "") })},
		{"comma missing", values, edit(func(l []string) []string { l[1] = strings.TrimSuffix(l[1], ","); return l })},
		{"comma behind the last", values, edit(func(l []string) []string { l[len(l)-2] += ","; return l })},
		{"no array", values, func(b *box) { b.files[values] = []byte("{}\n"); b.rehash() }},
	}
}

func noteMutations(other *box) []mutation {
	edit := func(from, to string) func(*box) {
		return func(b *box) { b.replace(point, from, to); b.rehash() }
	}
	return []mutation{
		{"checkpoint size", point, edit("\n12\n", "\n11\n")},
		{"checkpoint size padded", point, edit("\n12\n", "\n012\n")},
		{"checkpoint origin", point, edit("000001\n", "000002\n")},
		{"checkpoint of another case", point, func(b *box) { b.files[point] = other.files[point]; b.rehash() }},
		{"signature flipped", point, func(b *box) { b.files[point][len(b.files[point])-20] ^= 1; b.rehash() }},
		{"signature line doubled", point, func(b *box) {
			b.lines(point, func(l []string) []string { return append(l, l[len(l)-1]) })
			b.rehash()
		}},
		{"checkpoint CRLF", point, func(b *box) {
			b.files[point] = bytes.ReplaceAll(b.files[point], []byte("\n"), []byte("\r\n"))
			b.rehash()
		}},
		{"a fourth line", point, edit("\n\n", "\nmore\n\n")},
		{"another name on the signature", point, edit("— recourse.example", "— recourse.invalid")},
		{"checkpoint empty", point, func(b *box) { b.files[point] = nil; b.rehash() }},
		{"checkpoint huge", point, func(b *box) { b.files[point] = make([]byte, 1<<20); b.rehash() }},
	}
}

func keyMutations(other *box) []mutation {
	return []mutation{
		{"other PEM", keyPEM, func(b *box) { b.files[keyPEM] = other.files[keyPEM]; b.rehash() }},
		{"other key", keyPEM, func(b *box) { b.files[vkey] = other.files[vkey]; b.rehash() }},
		{"both keys replaced", history, func(b *box) {
			b.files[vkey], b.files[keyPEM] = other.files[vkey], other.files[keyPEM]
			b.rehash()
		}},
		{"key renamed", vkey, func(b *box) { b.replace(vkey, "recourse.example", "recourse.invalid"); b.rehash() }},
		{"key without line end", vkey, func(b *box) { b.files[vkey] = bytes.TrimSpace(b.files[vkey]); b.rehash() }},
		{"PEM with more", keyPEM, func(b *box) { b.files[keyPEM] = append(b.files[keyPEM], other.files[keyPEM]...); b.rehash() }},
	}
}
