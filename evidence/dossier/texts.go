package dossier

import (
	"bytes"
	"cmp"
	_ "embed"
	"fmt"
	"regexp"
	"strconv"
	"sync"
	"time"

	"go.yaml.in/yaml/v3"

	"recourse/recovery"
	"recourse/texts"
)

//go:embed layout.yaml
var layoutFile []byte

// layout is what a dossier consists of.
type layout struct {
	Plans    map[recovery.Audience][]step `yaml:"plans"`
	Groups   []string                     `yaml:"groups"`
	Exhibits map[recovery.EvidenceKind]struct {
		Group string   `yaml:"group"`
		Facts []string `yaml:"facts"`
	} `yaml:"exhibits"`
	Facts   []fact     `yaml:"facts_to_prove"`
	Factors [][]string `yaml:"factors"`
}

// wording is the words of a dossier, its layout, and the legal papers by id.
type wording struct {
	*texts.Catalog
	layout
	forms map[string]form
}

// loadWording reads the words once. An error is a fault of the build, which the
// tests find.
var loadWording = sync.OnceValues(func() (*wording, error) {
	catalog, err := texts.Load(texts.Chinese)
	if err != nil {
		return nil, err
	}
	w := &wording{Catalog: catalog}
	decoder := yaml.NewDecoder(bytes.NewReader(layoutFile))
	decoder.KnownFields(true)
	if err := decoder.Decode(&w.layout); err != nil {
		return nil, fmt.Errorf("dossier layout: %w", err)
	}
	w.forms, err = readForms(catalog)
	return w, err
})

// text returns a text of the papers, filled with pairs of name and value.
func (w *wording) text(key string, pairs ...any) string { return w.Text("paper.text."+key, pairs...) }

// hold returns a text on what the journal records.
func (w *wording) hold(key string, pairs ...any) string { return w.Text("paper.hold."+key, pairs...) }

// enumValue is how the program writes the values of its enumerations.
var enumValue = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// word translates a value of an enumeration. A value that has no translation is
// "other", because a court must not see the words of a program. Anything else is
// returned unchanged.
func (w *wording) word(list, value string) string {
	if word, known := w.find(list, value); known {
		return word
	}
	if !enumValue.MatchString(value) {
		return value
	}
	other, _ := w.find(list, "other")
	return cmp.Or(other, w.text("other_word"))
}

func (w *wording) find(list, value string) (string, bool) {
	if list == "action" {
		return w.FindText("action." + value + ".paper")
	}
	return w.FindText("paper.word." + list + "." + value)
}

// wordOrText is for free text, which may be a value of an enumeration.
func (w *wording) wordOrText(list, value string) string {
	word, _ := w.find(list, value)
	return cmp.Or(word, value)
}

// beijing is the zone of every printed time.
var beijing = recovery.Shanghai

func formatTime(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.In(beijing).Format("2006-01-02 15:04:05 -07:00")
}

func formatDate(at time.Time) string { return at.In(beijing).Format("2006年1月2日") }

// formatMoment prints a time as legal papers write it.
func formatMoment(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.In(beijing).Format("2006年1月2日15时04分")
}

// formatStampMoment prints a time of the journal as legal papers write it.
func formatStampMoment(rfc3339 string) string {
	at, err := time.Parse(time.RFC3339Nano, rfc3339)
	if err != nil {
		return rfc3339
	}
	return formatMoment(at)
}

// formatStamp prints a time of the journal. Text that is not a time is printed unchanged.
func formatStamp(rfc3339 string) string {
	at, err := time.Parse(time.RFC3339Nano, rfc3339)
	if err != nil {
		return rfc3339
	}
	return formatTime(at)
}

// formatCount writes a count with thousands separators.
func formatCount(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for at := len(digits) - 3; at > 0 && digits[at-1] != '-'; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}
