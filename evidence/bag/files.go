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

// maxEntry is the maximum length of an entry in bytes. Verifiers reject longer lines.
const maxEntry = 1 << 20

var caseNumberForm = regexp.MustCompile(`^R[0-9]{8}-[0-9]{6,12}$`)

// checkFolio returns an error if a bag of this folio could not be verified.
func checkFolio(f folio.Folio) error {
	switch {
	case !caseNumberForm.MatchString(string(f.Case.Number)):
		return fmt.Errorf("case number %q is malformed", f.Case.Number)
	case !slices.Contains(recovery.Audiences, f.Audience):
		return fmt.Errorf("audience %q is unknown", f.Audience)
	case f.At.Year() < 1980 || f.At.Year() > 2107: // the range of zip times
		return fmt.Errorf("time of the export %s cannot be stored in a zip", f.At)
	case len(f.Entries) == 0:
		return errors.New("the journal is empty")
	case strings.ContainsFunc(f.Generator+f.Custodian, unicode.IsControl):
		return errors.New("generator or custodian contains control characters")
	case !utf8.ValidString(f.Generator + f.Custodian):
		return errors.New("generator or custodian is not valid UTF-8")
	}
	if err := checkCheckpoints(f); err != nil {
		return err
	}
	last := f.Entries[len(f.Entries)-1].Parsed
	if last.Kind != recovery.EntryExportRequested || last.Facts["audience"] != string(f.Audience) {
		return fmt.Errorf("the last entry does not request an export for %s", f.Audience)
	}
	return checkEntries(f.Entries)
}

func checkEntries(entries []folio.Entry) error {
	for i, entry := range entries {
		if entry.Withheld && i == 0 {
			return errors.New("the first entry is withheld")
		}
		if len(entry.Raw) > maxEntry || bytes.ContainsAny(entry.Raw, "\r\n") {
			return fmt.Errorf("entry %d: not one line of at most %d bytes", i+1, maxEntry)
		}
	}
	return nil
}

// formatVersion is the version of the bag's layout. Verifiers reject all others.
const formatVersion = 2

// caseInfo is the content of data/case.json.
type caseInfo struct {
	Format    int                 `json:"format"`
	Number    recovery.CaseNumber `json:"number"`
	Case      recovery.CaseID     `json:"case"`
	Audience  recovery.Audience   `json:"audience"`
	Generator string              `json:"generator"`
	Custodian string              `json:"custodian"`
	At        string              `json:"at"`
	Pace      int                 `json:"pace"`
	Entries   int                 `json:"entries"`
	Withheld  []string            `json:"withheld"`         // originals this audience does not receive
	Erased    []string            `json:"erased,omitempty"` // originals that were erased, as an entry records
	Shown     []string            `json:"shown,omitempty"`  // copies that replace withheld originals
	// Reader is the counterpart that the bag is for, if there are several.
	Reader recovery.CounterpartID `json:"counterpart,omitempty"`
}

func encodeCaseInfo(f folio.Folio, held originals) ([]byte, error) {
	pace := 1
	for _, entry := range f.Entries {
		pace = max(pace, entry.Parsed.Pace)
	}
	if held.withheld == nil {
		held.withheld = []string{}
	}
	return encodeJSONLine(caseInfo{
		Format: formatVersion, Number: f.Case.Number, Case: f.Case.ID, Audience: f.Audience, Generator: f.Generator,
		Custodian: f.Custodian, At: f.At.UTC().Format(time.RFC3339), Pace: pace, Entries: len(f.Entries),
		Withheld: held.withheld, Erased: held.erased, Shown: held.copies, Reader: f.Counterpart,
	})
}

// encodeJSONLine encodes one line of JSON without HTML escapes.
func encodeJSONLine(value any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// newEntriesPart writes one entry per line. A line of a withheld entry has only its
// leaf hash (RFC 6962 §2.1), which is enough to compute the root.
func newEntriesPart(f folio.Folio) part {
	return partFromWriter("data/journal/entries.jsonl", func(w io.Writer) error {
		for _, entry := range f.Entries {
			line := entry.Raw[:len(entry.Raw):len(entry.Raw)]
			if entry.Withheld {
				line = fmt.Appendf(nil, `{"withheld":"%x"}`, entry.Hash)
			}
			if _, err := w.Write(append(line, '\n')); err != nil {
				return err
			}
		}
		return nil
	})
}

// disclosedValue is one element of data/journal/values.json.
type disclosedValue struct {
	Seq   int    `json:"seq"`
	Path  string `json:"path"`
	Value string `json:"value"`
	Salt  string `json:"salt"`
}

// newValuesPart writes the values as a JSON array with one object per line, sorted
// by entry and path.
func newValuesPart(f folio.Folio) (part, error) {
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
			line, err := encodeJSONLine(disclosedValue{i + 1, value.Path, value.Value, hex.EncodeToString(value.Salt)})
			if err != nil {
				return part{}, fmt.Errorf("entry %d, value %q: %w", i+1, value.Path, err)
			}
			out.WriteString(separator)
			out.Write(bytes.TrimSuffix(line, []byte("\n")))
			separator = ",\n"
		}
	}
	out.WriteString("\n]\n")
	return partFromBytes("data/journal/values.json", out.Bytes()), nil
}

// partFromWriter calls write once to compute the digest and size.
func partFromWriter(path string, write func(io.Writer) error) part {
	out := &hashingWriter{w: io.Discard, hash: sha256.New()}
	_ = write(out) // io.Discard never fails
	return part{path: path, sha256: hex.EncodeToString(out.hash.Sum(nil)), size: out.size, write: write}
}

// formatBagInfo returns bag-info.txt (RFC 8493 §2.2.2). Payload-Oxum is the number of
// bytes and files under data/.
func formatBagInfo(f folio.Folio, octets int64, files int) []byte {
	return fmt.Appendf(nil, "Source-Organization: %s\nExternal-Identifier: %s\nBagging-Date: %s\nBag-Software-Agent: %s\nPayload-Oxum: %d.%d\n",
		f.Custodian, f.Case.Number, f.At.UTC().Format(time.DateOnly), f.Generator, octets, files)
}
