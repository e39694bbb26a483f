// Package preview says what papers for another party will contain, before they are
// built: the papers, the files, and every text as the reader will see it. It reads a
// folio and the entries that it was made from. The claimant agrees to its digest.
package preview

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"

	"recourse/evidence/dossier"
	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/recovery"
)

// Preview is what a reader will get.
type Preview struct {
	Audience    recovery.Audience      `json:"audience"`
	Counterpart recovery.CounterpartID `json:"counterpart_id"` // "" for papers about all of them
	Papers      []Paper                `json:"papers"`
	Exhibits    []Exhibit              `json:"exhibits"`
	Texts       []Text                 `json:"texts"` // in the order of the journal
}

// Paper is one part of the dossier.
type Paper struct {
	Name  string `json:"name"`
	Title string `json:"title"` // in Chinese, as printed
}

// Form is what a reader gets of a file.
type Form string

// The forms.
const (
	Whole    Form = "whole"    // the original
	Copied   Form = "masked"   // a copy without personal data
	Withheld Form = "withheld" // only its digest and its kind
)

// Reason is why a file is not given as it is.
type Reason string

// The reasons.
const (
	ForIdentity Reason = "identity"     // it shows who somebody is or where somebody lives
	ForData     Reason = "personal"     // it contains personal data, so a copy replaces it
	ForNoCopy   Reason = "no_safe_copy" // there is no copy without the personal data in it
	ForErasure  Reason = "erased"
)

// Exhibit is one file of the case.
type Exhibit struct {
	ID        recovery.EvidenceID   `json:"id"`
	Kind      recovery.EvidenceKind `json:"kind"`
	MediaType string                `json:"media_type"`
	Form      Form                  `json:"form"`
	Why       Reason                `json:"why,omitempty"`
}

// Text is a text that somebody wrote, as the reader will see it.
type Text struct {
	Seq     int64              `json:"seq"`
	Kind    recovery.EntryKind `json:"kind"`
	Path    string             `json:"path"` // of the value within the entry
	Text    string             `json:"text"`
	Covered []Cover            `json:"covered,omitempty"`
}

// Cover is personal data that is masked in a text.
type Cover struct {
	Name  string `json:"name"` // of the kind, in Chinese
	Count int    `json:"count"`
}

// New describes a folio. Entries are those that the folio was made from.
func New(f folio.Folio, c recovery.Case, entries []journal.Record) (Preview, error) {
	p := Preview{Audience: f.Audience, Counterpart: f.Counterpart, Papers: []Paper{}, Exhibits: []Exhibit{}, Texts: []Text{}}
	parts, err := dossier.Contents(f)
	if err != nil {
		return Preview{}, err
	}
	for _, part := range parts {
		p.Papers = append(p.Papers, Paper(part))
	}
	for _, exhibit := range f.Exhibits {
		p.Exhibits = append(p.Exhibits, newExhibit(exhibit, c))
	}
	for i, entry := range f.Entries {
		if i < len(entries) {
			p.Texts = append(p.Texts, newTexts(entry, entries[i])...)
		}
	}
	return p, nil
}

func newExhibit(e folio.Exhibit, c recovery.Case) Exhibit {
	one := Exhibit{ID: e.ID, Kind: e.Kind, MediaType: e.MediaType, Form: Whole}
	switch {
	case e.Withheld && c.ErasedAt != nil:
		one.Form, one.Why = Withheld, ForErasure
	case e.Withheld && e.NoSafeCopy:
		one.Form, one.Why = Withheld, ForNoCopy
	case e.Withheld:
		one.Form, one.Why = Withheld, ForIdentity
	case e.Copy != nil:
		one.Form, one.Why, one.MediaType = Copied, ForData, e.Copy.MediaType
	}
	return one
}

// newTexts returns the values of one entry that the reader gets, whole or masked.
func newTexts(shown folio.Entry, recorded journal.Record) []Text {
	var texts []Text
	for _, value := range recorded.Values {
		text := shown.Value(value.Path)
		if text == "" {
			continue
		}
		texts = append(texts, Text{recorded.Seq, shown.Parsed.Kind, value.Path, text, coversOf(text)})
	}
	return texts
}

// placeholder is what a masked text has in place of personal data.
var placeholder = regexp.MustCompile(`〔([^〔〕]+)已遮蔽〕`)

// coversOf counts the placeholders of a text by kind, in the order of the text.
func coversOf(text string) []Cover {
	var covers []Cover
	at := map[string]int{}
	for _, found := range placeholder.FindAllStringSubmatch(text, -1) {
		i, known := at[found[1]]
		if !known {
			i = len(covers)
			at[found[1]] = i
			covers = append(covers, Cover{Name: found[1]})
		}
		covers[i].Count++
	}
	return covers
}

// Digest identifies exactly what the preview says. It changes when the reader would
// see anything else.
func (p Preview) Digest() (string, error) {
	content, err := json.Marshal(p)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:]), nil
}
