package dossier

import (
	"slices"
	"strings"

	"recourse/evidence/typeset"
	"recourse/recovery"
)

// fact is one of the facts A to G that the dossier claims.
type fact struct {
	ID     string             `yaml:"id"`
	Letter string             `yaml:"letter"`
	Needed bool               `yaml:"needed"` // claimed in every case
	Since  recovery.EntryKind `yaml:"since"`  // claimed once there is an entry of this kind
	// Records are kinds of entries that speak for the fact beside the exhibits.
	// They are listed and not counted: the journal is the claimant's side's own.
	Records []recovery.EntryKind `yaml:"records"`
}

// support sets each claimed fact against the exhibits that may prove it, and
// says where fewer than two stand alone (证据规定 90).
func (s *setting) support() {
	s.heading(s.t.text("support"))
	s.book.Para(compact(note, s.legal("support_note")))
	s.book.Skip(1)
	table := grid(10, 56, 42, 54)
	table.Head = head("", s.t.text("col_fact"), s.t.text("col_exhibits"), s.t.text("col_note"))
	for _, f := range s.t.Facts {
		proofs := s.proofs(f)
		var labels []string
		for _, e := range proofs {
			labels = append(labels, e.Label())
		}
		remark, style := s.remark(f, s.independent(proofs), len(proofs))
		if recorded := s.recorded(f); recorded != "" {
			labels = append(labels, recorded)
			if len(proofs) == 0 {
				remark = s.t.text("support_recorded")
			}
		}
		list := strings.Join(labels, "、")
		if list == "" {
			list = s.t.text("none")
		}
		table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{
			centred(label, f.Letter), in(cell, s.t.Text("paper.fact."+f.ID)), in(cell, list), in(style, remark),
		}})
	}
	s.book.Table(table)
}

// recordsListed is how many entries are named beside the exhibits of a fact.
const recordsListed = 6

// recorded names the entries that speak for a fact, the first of them.
func (p *papers) recorded(f fact) string {
	var found []int64
	for i := range p.folio.Entries {
		if e := &p.folio.Entries[i]; slices.Contains(f.Records, e.Parsed.Kind) {
			found = append(found, e.Parsed.Seq)
		}
	}
	if len(found) == 0 {
		return ""
	}
	return p.t.text("basis_entries", "list", seqs(found[:min(len(found), recordsListed)]))
}

// proofs are the exhibits that may prove a fact.
func (p *papers) proofs(f fact) []*exhibit {
	var proofs []*exhibit
	for i := range p.exhibits {
		if slices.Contains(p.t.Exhibits[p.known(p.exhibits[i].Kind)].Facts, f.ID) {
			proofs = append(proofs, &p.exhibits[i])
		}
	}
	return proofs
}

// independent counts exhibits of which none depends on another: those that
// depend on one another, however far the chain, count once.
func (p *papers) independent(exhibits []*exhibit) int {
	group := make([]int, len(exhibits))
	for i := range group {
		group[i] = i
	}
	n := len(exhibits)
	for i, a := range exhibits {
		for j, b := range exhibits[:i] {
			if group[i] == group[j] || !p.depends(a, b) && !p.depends(b, a) {
				continue
			}
			from, to := group[i], group[j]
			for k := range group {
				if group[k] == from {
					group[k] = to
				}
			}
			n--
		}
	}
	return n
}

func (p *papers) depends(a, b *exhibit) bool {
	return slices.ContainsFunc(a.Leans, func(id recovery.EvidenceID) bool { return p.numbers[id] == b.No })
}

// claims reports whether the dossier claims a fact at all.
func (p *papers) claims(f fact, proofs int) bool {
	if f.Needed || proofs > 0 {
		return true
	}
	return f.Since != "" && p.happenedOnce(f.Since)
}

func (p *papers) happenedOnce(kind recovery.EntryKind) bool {
	for i := range p.folio.Entries {
		if p.folio.Entries[i].Parsed.Kind == kind {
			return true
		}
	}
	return false
}

func (s *setting) remark(f fact, independent, all int) (string, typeset.Style) {
	flag := warned
	flag.Size = cell.Size
	switch {
	case !s.claims(f, all):
		return s.t.text("support_optional"), cell
	case all == 0:
		return s.t.text("support_none"), flag
	case independent < 2 && all > independent:
		return s.t.text("support_alike", "count", all), flag
	case independent < 2:
		return s.t.text("support_one"), flag
	case all > independent:
		return s.t.text("support_some", "count", all, "independent", independent), cell
	default:
		return s.t.text("support_good", "count", independent), cell
	}
}
