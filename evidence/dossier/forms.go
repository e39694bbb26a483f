package dossier

import (
	"cmp"
	"embed"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"recourse/recovery"
)

// form is one legal paper: its texts and their order are data, in forms/.
type form struct {
	ID     string            `yaml:"id"`
	Title  string            `yaml:"title"`
	Sub    string            `yaml:"sub"`
	Needs  map[string]string `yaml:"needs"` // values without which a court sends it back → what to call them
	Blocks []block           `yaml:"blocks"`
}

// block is one element of a form; exactly one of its parts is set.
type block struct {
	Note    string   `yaml:"note"`
	Heading string   `yaml:"heading"`
	Para    string   `yaml:"para"`
	Prose   string   `yaml:"prose"`
	Rows    []row    `yaml:"rows"`
	Table   string   `yaml:"table"` // one of setting.tables
	Only    []string `yaml:"only"`  // of the fees in a table
	Items   []string `yaml:"items"`
	From    int      `yaml:"from"` // items already numbered before these
	Sign    []string `yaml:"sign"`
	When    string   `yaml:"when"` // a condition; empty: always
}

// row is a line of a table of particulars: a value, or boxes to tick, each a
// word and the condition under which it is ticked.
type row struct {
	Label  string     `yaml:"label"`
	Value  string     `yaml:"value"`
	Checks [][]string `yaml:"checks"`
}

// article is one citation of law.yaml.
type article struct {
	Cite    string `yaml:"cite"`
	Edition string `yaml:"edition"`
	Mark    string `yaml:"mark"`
}

//go:embed forms/*.yaml
var formFiles embed.FS

// readForms reads every file of forms/, by id.
func readForms() (map[string]form, error) {
	files, err := formFiles.ReadDir("forms")
	if err != nil {
		return nil, fmt.Errorf("forms: %w", err)
	}
	forms := map[string]form{}
	for _, file := range files {
		data, err := formFiles.ReadFile("forms/" + file.Name())
		if err != nil {
			return nil, fmt.Errorf("forms: %w", err)
		}
		var f form
		decoder := yaml.NewDecoder(strings.NewReader(string(data)))
		decoder.KnownFields(true)
		if err := decoder.Decode(&f); err != nil {
			return nil, fmt.Errorf("forms/%s: %w", file.Name(), err)
		}
		forms[f.ID] = f
	}
	return forms, nil
}

// reference is a value of the case, or an article of law.yaml, in a text.
var reference = regexp.MustCompile(`\{(law:)?([a-z_0-9]+)\}`)

// blank is where something has to be written in by hand.
const blank = "＿＿＿＿"

// resolve fills the references of a text; empty stands for values that are not
// there.
func (s *setting) resolve(text, empty string) string {
	return reference.ReplaceAllStringFunc(s.legal(text), func(match string) string {
		return cmp.Or(s.values[strings.Trim(match, "{}")], empty)
	})
}

// legal is a house text with its articles filled in, and its placeholders too;
// what it cites is listed at the end of the chapter.
func (s *setting) legal(text string, pairs ...any) string {
	for _, m := range reference.FindAllStringSubmatch(text, -1) {
		if m[1] != "" && !slices.Contains(s.cited, m[2]) {
			s.cited = append(s.cited, m[2])
		}
	}
	return s.t.legal(text, pairs...)
}

// article prints an article with its mark, and leaves any other reference as it
// stands.
func (t *texts) article(match string) string {
	key, is := strings.CutPrefix(strings.Trim(match, "{}"), "law:")
	if !is {
		return match
	}
	return t.Law[key].Cite + "〔" + t.Law[key].Mark + "〕"
}

func (t *texts) legal(text string, pairs ...any) string {
	return fill(reference.ReplaceAllStringFunc(text, t.article), pairs...)
}

// met reports whether a condition is met; "!" turns it round, and an empty
// one never ticks a box.
func (p *papers) met(condition string) bool {
	if name, not := strings.CutPrefix(condition, "!"); not {
		return !p.conditions[name]
	}
	return p.conditions[condition]
}

// step is a part of the plan: its name and the conditions it stands under.
type step []string

// plan lists the parts this audience gets, in order.
func (p *papers) plan() []string {
	steps, known := p.t.Plans[p.folio.Audience]
	if !known {
		steps = p.t.Plans[recovery.ForArchive]
	}
	var parts []string
	for _, s := range steps {
		if len(s) > 0 && !slices.ContainsFunc(s[1:], func(c string) bool { return !p.met(c) }) {
			parts = append(parts, s[0])
		}
	}
	return parts
}

// gaps lists what is missing from a complete dossier: what the playbook asks
// for, and every blank of a planned paper that it would be sent back for.
func (p *papers) gaps() []string {
	missing := slices.Clone(p.folio.Missing)
	for _, name := range p.plan() {
		f, is := p.t.Forms[name]
		if !is {
			continue
		}
		var blanks []string
		for value, meaning := range f.Needs {
			if p.values[value] == "" {
				blanks = append(blanks, meaning)
			}
		}
		if len(blanks) > 0 {
			slices.Sort(blanks)
			missing = append(missing, p.t.text("gap", "paper", f.Title, "list", strings.Join(blanks, "；")))
		}
	}
	if p.conditions["clash"] {
		missing = append(missing, p.t.legal(p.t.Texts["clash"]))
	}
	return missing
}
