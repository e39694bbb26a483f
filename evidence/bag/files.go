package bag

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/recovery"
)

// maxEntry is the longest entry a bag carries, in bytes; verifiers read no
// longer line.
const maxEntry = 1 << 20

var number = regexp.MustCompile(`^R[0-9]{8}-[0-9]{6,12}$`)

// check refuses a folio that could not make a bag that verifies.
func check(f folio.Folio) error {
	switch {
	case !number.MatchString(string(f.Case.Number)):
		return fmt.Errorf("case number %q cannot name a folder", f.Case.Number)
	case !slices.Contains(recovery.Audiences, f.Audience):
		return fmt.Errorf("audience %q is unknown", f.Audience)
	case f.At.Year() < 1980 || f.At.Year() > 2107: // what the times of a zip can say
		return fmt.Errorf("time of the export %s cannot stand in a zip", f.At)
	case len(f.Entries) == 0:
		return errors.New("the journal is empty")
	case strings.ContainsFunc(f.Generator+f.Custodian, unicode.IsControl):
		return errors.New("generator and custodian are one line each")
	case !utf8.ValidString(f.Generator + f.Custodian):
		return errors.New("generator and custodian are not valid UTF-8")
	}
	if err := checkTimes(f); err != nil {
		return err
	}
	last := f.Entries[len(f.Entries)-1].Parsed
	if last.Kind != recovery.EntryExportRequested || last.Facts["audience"] != string(f.Audience) {
		return fmt.Errorf("the last entry does not ask for an export for %s", f.Audience)
	}
	for i, entry := range f.Entries {
		if len(entry.Raw) > maxEntry || bytes.ContainsAny(entry.Raw, "\r\n") {
			return fmt.Errorf("entry %d: not one line of at most %d bytes", i+1, maxEntry)
		}
	}
	return nil
}

// format is the version of the bag's layout; verifiers refuse every other.
const format = 2

// about is data/case.json. Pace is what the entries themselves say.
type about struct {
	Format    int                 `json:"format"`
	Number    recovery.CaseNumber `json:"number"`
	Case      recovery.CaseID     `json:"case"`
	Audience  recovery.Audience   `json:"audience"`
	Generator string              `json:"generator"`
	Custodian string              `json:"custodian"`
	At        string              `json:"at"`
	Pace      int                 `json:"pace"`
	Entries   int                 `json:"entries"`
	Withheld  []string            `json:"withheld"`         // originals the audience does not get
	Erased    []string            `json:"erased,omitempty"` // originals nobody gets any more; an entry tells why
	Shown     []string            `json:"shown,omitempty"`  // copies that are here in the place of withheld originals
}

func caseFile(f folio.Folio, held originals) ([]byte, error) {
	pace := 1
	for _, entry := range f.Entries {
		pace = max(pace, entry.Parsed.Pace)
	}
	if held.withheld == nil {
		held.withheld = []string{}
	}
	return plainJSON(about{
		Format: format, Number: f.Case.Number, Case: f.Case.ID, Audience: f.Audience, Generator: f.Generator,
		Custodian: f.Custodian, At: f.At.UTC().Format(time.RFC3339), Pace: pace, Entries: len(f.Entries),
		Withheld: held.withheld, Erased: held.erased, Shown: held.shown,
	})
}

// plainJSON is one line of JSON, its characters as they are.
func plainJSON(value any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func entriesFile(f folio.Folio) part {
	return measured("data/journal/entries.jsonl", func(w io.Writer) error {
		for _, entry := range f.Entries {
			if _, err := w.Write(append(entry.Raw[:len(entry.Raw):len(entry.Raw)], '\n')); err != nil {
				return err
			}
		}
		return nil
	})
}

// shown is one line of data/journal/values.json.
type shown struct {
	Seq   int    `json:"seq"`
	Path  string `json:"path"`
	Value string `json:"value"`
	Salt  string `json:"salt"`
}

// valuesFile is one JSON array, one object a line, sorted by entry and path.
func valuesFile(f folio.Folio) (part, error) {
	var out bytes.Buffer
	out.WriteString("[")
	separator := "\n"
	for i, entry := range f.Entries {
		values := slices.Clone(entry.Values)
		slices.SortFunc(values, func(a, b journal.Value) int { return strings.Compare(a.Path, b.Path) })
		for _, value := range values {
			if !utf8.ValidString(value.Path + value.Value) {
				return part{}, fmt.Errorf("entry %d, value %q: not valid UTF-8", i+1, value.Path)
			}
			line, err := plainJSON(shown{i + 1, value.Path, value.Value, hex.EncodeToString(value.Salt)})
			if err != nil {
				return part{}, fmt.Errorf("entry %d, value %q: %w", i+1, value.Path, err)
			}
			out.WriteString(separator)
			out.Write(bytes.TrimSuffix(line, []byte("\n")))
			separator = ",\n"
		}
	}
	out.WriteString("\n]\n")
	return fixed("data/journal/values.json", out.Bytes()), nil
}

// measured runs a writer once to know its digest and size.
func measured(path string, write func(io.Writer) error) part {
	out := &counter{w: io.Discard, hash: sha256.New()}
	_ = write(out) // io.Discard takes everything
	return part{path: path, sha256: hex.EncodeToString(out.hash.Sum(nil)), size: out.size, write: write}
}

// bagInfo is bag-info.txt (RFC 8493 §2.2.2); Payload-Oxum counts the bytes and
// the files under data/.
func bagInfo(f folio.Folio, octets int64, files int) []byte {
	return fmt.Appendf(nil, "Source-Organization: %s\nExternal-Identifier: %s\nBagging-Date: %s\nBag-Software-Agent: %s\nPayload-Oxum: %d.%d\n",
		f.Custodian, f.Case.Number, f.At.UTC().Format(time.DateOnly), f.Generator, octets, files)
}
