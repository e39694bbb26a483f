package dossier

import (
	"slices"
	"strings"

	"recourse/recovery"
	"recourse/texts"
)

// form is one legal paper. Its texts and their order are data of package texts.
type form struct {
	ID     string            `yaml:"id"`
	Title  string            `yaml:"title"`
	Sub    string            `yaml:"sub,omitempty"`
	Needs  map[string]string `yaml:"needs"` // values without which a court sends it back, and their names
	Blocks []block           `yaml:"blocks"`
}

// block is one element of a form; exactly one of its parts is set.
type block struct {
	Note    *texts.Text   `yaml:"note,omitempty"`
	Heading *texts.Text   `yaml:"heading,omitempty"`
	Para    *texts.Text   `yaml:"para,omitempty"`
	Prose   *texts.Text   `yaml:"prose,omitempty"`
	Rows    []row         `yaml:"rows,omitempty"`
	Table   string        `yaml:"table,omitempty"` // one of setting.tables
	Only    []string      `yaml:"only,omitempty"`  // of the fees in a table
	Items   []*texts.Text `yaml:"items,omitempty"`
	From    int           `yaml:"from,omitempty"` // items already numbered before these
	Sign    []string      `yaml:"sign,omitempty"`
	When    string        `yaml:"when,omitempty"` // a condition; empty: always
}

// row is a line of a table of particulars: a value, or boxes to tick, each a
// word and the condition under which it is ticked.
type row struct {
	Label  string      `yaml:"label"`
	Value  *texts.Text `yaml:"value,omitempty"`
	Checks [][]string  `yaml:"checks,omitempty"`
}

// readForms reads the legal papers, by id.
func readForms(catalog *texts.Catalog) (map[string]form, error) {
	names, err := catalog.ListFiles("papers")
	if err != nil {
		return nil, err
	}
	forms := map[string]form{}
	for _, name := range names {
		var f form
		if err := catalog.Decode(name, &f, formValues...); err != nil {
			return nil, err
		}
		forms[f.ID] = f
	}
	return forms, nil
}

// blank is where something has to be written in by hand.
const blank = "＿＿＿＿"

// resolve fills a text of a form and notes what it cites.
func (s *composer) resolve(text *texts.Text, values map[string]string) string {
	s.noteArticles(text)
	return text.FillFrom(values)
}

// cite fills a text and notes what it cites: the end of the chapter lists it.
func (s *composer) cite(text *texts.Text, pairs ...any) string {
	s.noteArticles(text)
	return text.Fill(pairs...)
}

func (s *composer) noteArticles(text *texts.Text) {
	for _, article := range text.Articles() {
		if !slices.Contains(s.cited, article) {
			s.cited = append(s.cited, article)
		}
	}
}

// legal is a text of the papers that may cite articles.
func (s *composer) legal(key string, pairs ...any) string {
	return s.cite(s.t.Get("paper.text."+key), pairs...)
}

// citeWord translates a value of an enumeration with the articles it rests on.
func (s *composer) citeWord(list, value string) string {
	if text := s.t.Get("paper.word." + list + "." + value); text != nil {
		return s.cite(text)
	}
	return s.t.word(list, value)
}

// isMet reports whether a condition is met. "!" negates it; an empty condition never
// ticks a box.
func (p *draft) isMet(condition string) bool {
	if name, not := strings.CutPrefix(condition, "!"); not {
		return !p.conditions[name]
	}
	return p.conditions[condition]
}

// step is a part of the plan: its name and its conditions.
type step []string

// plannedParts lists the parts for the audience, in order.
func (p *draft) plannedParts() []string {
	steps, known := p.t.Plans[p.folio.Audience]
	if !known {
		steps = p.t.Plans[recovery.ForArchive]
	}
	var parts []string
	for _, s := range steps {
		if len(s) > 0 && !slices.ContainsFunc(s[1:], func(c string) bool { return !p.isMet(c) }) {
			parts = append(parts, s[0])
		}
	}
	return parts
}

// missingItems lists what a complete dossier lacks: what the playbook asks for, and
// every empty value without which a planned paper would be sent back.
func (p *draft) missingItems() []string {
	missing := slices.Clone(p.folio.Missing)
	for _, name := range p.plannedParts() {
		f, is := p.t.forms[name]
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
		missing = append(missing, p.t.text("clash"))
	}
	return missing
}
