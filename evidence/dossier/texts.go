package dossier

import (
	"cmp"
	"embed"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.yaml.in/yaml/v3"

	"recourse/recovery"
)

//go:embed zh.yaml words.yaml court.yaml law.yaml
var zh embed.FS

// texts are the house texts of a dossier.
type texts struct {
	Words   map[string]map[string]string    `yaml:"words"`
	Entries map[recovery.EntryKind][]string `yaml:"entries"`
	Groups  []struct {
		ID    string `yaml:"id"`
		Title string `yaml:"title"`
	} `yaml:"groups"`
	Exhibits map[recovery.EvidenceKind]struct {
		Group  string   `yaml:"group"`
		Proves string   `yaml:"proves"`
		Facts  []string `yaml:"facts"`
	} `yaml:"exhibits"`
	Prove     []fact `yaml:"facts_to_prove"`
	Audiences map[recovery.Audience]struct {
		Title string `yaml:"title"`
		Sub   string `yaml:"sub"`
		Head  string `yaml:"head"`
	} `yaml:"audiences"`
	Plans        map[recovery.Audience][]step    `yaml:"plans"`
	Law          map[string]article              `yaml:"law"`
	Course       map[recovery.EntryKind][]string `yaml:"course"`
	Showing      map[string]string               `yaml:"showing"`
	LedgerNotes  []string                        `yaml:"ledger_notes"`
	Institutions map[recovery.Platform][]struct {
		Name  string `yaml:"name"`
		Holds string `yaml:"holds"`
		Mark  string `yaml:"mark"`
	} `yaml:"institutions"`
	Factors []struct {
		Factor string   `yaml:"factor"`
		Holds  []string `yaml:"holds"`
	} `yaml:"factors"`
	Holds      map[string]string `yaml:"holds"`
	PlainWords []string          `yaml:"plain_words"`
	Steps      []string          `yaml:"steps"`
	Unfit      map[string]string `yaml:"unfit"`
	Texts      map[string]string `yaml:"texts"`

	UnknownEntry       string `yaml:"unknown_entry"`
	HiddenNote         string `yaml:"hidden_note"`
	ClaimedAt          string `yaml:"claimed_at"`
	Paced              string `yaml:"paced"`
	NothingOutstanding string `yaml:"nothing_outstanding"`
	LawMarks           string `yaml:"law_marks"`

	Forms map[string]form `yaml:"-"`
}

// house reads the texts once; they are part of the program, so a fault in them
// is a fault of the build and tests find it.
var house = sync.OnceValues(func() (*texts, error) {
	var t texts
	for _, name := range []string{"zh.yaml", "words.yaml", "court.yaml", "law.yaml"} {
		data, err := zh.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("dossier texts: %w", err)
		}
		if err := yaml.Unmarshal(data, &t); err != nil {
			return nil, fmt.Errorf("dossier texts, %s: %w", name, err)
		}
	}
	forms, err := readForms()
	t.Forms = forms
	return &t, err
})

// text gives a text with its placeholders filled: pairs of name and value.
func (t *texts) text(key string, pairs ...any) string { return fill(t.Texts[key], pairs...) }

func fill(template string, pairs ...any) string {
	if len(pairs) == 0 {
		return template
	}
	replace := make([]string, 0, len(pairs))
	for i := 0; i+1 < len(pairs); i += 2 {
		replace = append(replace, fmt.Sprintf("{%v}", pairs[i]), fmt.Sprint(pairs[i+1]))
	}
	return strings.NewReplacer(replace...).Replace(template)
}

// typed is how the product writes the values of its enumerations.
var typed = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// word translates a value of an enumeration. One that the table does not have is
// "other": a court is not shown the words of a program. What is no such value at
// all stays as it is.
func (t *texts) word(list, value string) string {
	if word, known := t.Words[list][value]; known {
		return word
	}
	if !typed.MatchString(value) {
		return value
	}
	return cmp.Or(t.Words[list]["other"], t.text("other_word"))
}

// wordOrText is for words of people, which may happen to be one of the table.
func (t *texts) wordOrText(list, value string) string {
	return cmp.Or(t.Words[list][value], value)
}

// beijing is the zone of every printed time.
var beijing = recovery.Shanghai

func clock(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.In(beijing).Format("2006-01-02 15:04:05 -07:00")
}

func date(at time.Time) string { return at.In(beijing).Format("2006年1月2日") }

// stamp reads a time of the journal and prints it; what is not a time is
// printed as it stands.
func stamp(rfc3339 string) string {
	at, err := time.Parse(time.RFC3339Nano, rfc3339)
	if err != nil {
		return rfc3339
	}
	return clock(at)
}

// grouped writes a count with thousands separators.
func grouped(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for at := len(digits) - 3; at > 0 && digits[at-1] != '-'; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}
