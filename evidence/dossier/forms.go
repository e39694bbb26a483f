package dossier

import (
	"slices"
	"strings"

	"recourse/recovery"
	"recourse/texts"
)

// form is one legal paper. Its texts and their order are data of package texts.
type form struct {
	ID    string `yaml:"id"`
	Title string `yaml:"title"`
	Sub   string `yaml:"sub,omitempty"`
	Each  bool   `yaml:"each,omitempty"` // one paper for each debtor, who learns of nobody else
	// Claimant is what the paper calls the claimant; empty: 申请人.
	Claimant string `yaml:"claimant,omitempty"`
	// Notes are for the person who signs. They are printed on a sheet of their own.
	Notes  []*texts.Text     `yaml:"notes,omitempty"`
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
	Items   []*texts.Text `yaml:"items,omitempty"`
	From    int           `yaml:"from,omitempty"` // items already numbered before these
	Sign    []string      `yaml:"sign,omitempty"`
	When    string        `yaml:"when,omitempty"` // a condition; empty: always
}

// row is a line of a table of particulars: boxes to tick, each a word and the
// condition under which it is ticked, or a value, or both.
type row struct {
	Label  string      `yaml:"label"`
	Value  *texts.Text `yaml:"value,omitempty"`
	Checks [][]string  `yaml:"checks,omitempty"`
	When   string      `yaml:"when,omitempty"` // a condition; empty: always
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

// cite fills a text and notes what it cites, for the list on the sheet of the person
// who signs.
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

// plannedPart is a part of the dossier with the draft that it is written from: the
// whole draft, or the draft about one debtor.
type plannedPart struct {
	name string
	of   *draft
}

// plannedParts lists the parts for the audience, in order.
func (p *draft) plannedParts() []plannedPart {
	steps, known := p.t.Plans[p.folio.Audience]
	if !known {
		steps = p.t.Plans[recovery.ForArchive]
	}
	var parts []plannedPart
	for _, s := range steps {
		if len(s) == 0 {
			continue
		}
		for _, of := range p.draftsFor(s[0]) {
			if !slices.ContainsFunc(s[1:], func(c string) bool { return !of.isMet(c) }) {
				parts = append(parts, plannedPart{s[0], of})
			}
		}
	}
	return parts
}

// draftsFor returns the drafts from which a part is written. A copy for the opponent
// has no papers for one debtor if there are several, because each would learn what
// the papers of the others say.
func (p *draft) draftsFor(name string) []*draft {
	switch {
	case !p.t.forms[name].Each || len(p.focused) == 0:
		return []*draft{p}
	case p.hidesOthers():
		return nil
	default:
		return p.focused
	}
}

// hidesOthers reports whether the readers are several counterparts, who must not
// learn who the others are.
func (p *draft) hidesOthers() bool {
	return p.folio.Audience == recovery.ForOpponent && len(p.folio.Case.Counterparts) > 1 && p.folio.Counterpart == ""
}

// missingItems lists what a complete dossier lacks: what the playbook asks for, every
// empty value without which a planned paper would be sent back, and the papers that
// may not be filed.
func (p *draft) missingItems() []string {
	missing := slices.Clone(p.folio.Missing)
	parts := p.plannedParts()
	for i, part := range parts {
		if slices.ContainsFunc(parts[:i], func(before plannedPart) bool { return before.name == part.name }) {
			continue
		}
		if blanks := p.emptyNeeds(part.name, parts); len(blanks) > 0 {
			missing = append(missing, p.t.text("gap", "paper", p.t.forms[part.name].Title, "list", strings.Join(blanks, "；")))
		}
	}
	for _, of := range p.draftsFor("payment_order") {
		for _, why := range of.orderBars() {
			if text := p.t.text("order_barred", "why", why); !slices.Contains(missing, text) {
				missing = append(missing, text)
			}
		}
	}
	if p.hidesOthers() && p.outstanding() > 0 {
		missing = append(missing, p.t.text("others_hidden"))
	}
	return missing
}

// emptyNeeds lists the needs of a form that are empty in any of its papers.
func (p *draft) emptyNeeds(name string, parts []plannedPart) []string {
	var blanks []string
	for value, meaning := range p.t.forms[name].Needs {
		isEmpty := func(part plannedPart) bool { return part.name == name && part.of.values[value] == "" }
		if slices.ContainsFunc(parts, isEmpty) {
			blanks = append(blanks, meaning)
		}
	}
	slices.Sort(blanks)
	return blanks
}
