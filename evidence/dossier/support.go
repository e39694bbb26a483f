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
	// Records are kinds of entries that support the fact in addition to the exhibits.
	// They are listed and not counted: the journal is the claimant's side's own.
	Records []recovery.EntryKind `yaml:"records"`
}

// writeSupport lists each claimed fact with the exhibits that may prove it, and
// marks facts with fewer than two independent exhibits (证据规定 90).
func (s *composer) writeSupport() {
	s.writeHeading(s.t.text("support"))
	s.book.AddParagraph(compactPara(note, s.legal("support_note")))
	s.book.AddSpace(1)
	table := newTable(10, 56, 42, 54)
	table.Head = headRow("", s.t.text("col_fact"), s.t.text("col_exhibits"), s.t.text("col_note"))
	for _, f := range s.t.Facts {
		proofs := s.exhibitsFor(f)
		var labels []string
		for _, e := range proofs {
			labels = append(labels, e.Label())
		}
		remark, style := s.remark(f, s.countIndependent(proofs), len(proofs))
		if recorded := s.supportingEntries(f); recorded != "" {
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
			centredCell(label, f.Letter), cellOf(cell, s.textInDanger("paper.fact."+f.ID)), cellOf(cell, list), cellOf(style, remark),
		}})
	}
	s.book.AddTable(table)
}

// textInDanger returns a text, or its variant for a payment that was no slip.
func (p *draft) textInDanger(key string) string {
	if variant := key + "_in_danger"; p.folio.Case.Facts().IsInDanger() && p.t.Has(variant) {
		return p.t.Text(variant)
	}
	return p.t.Text(key)
}

// recordsListed is the number of entries listed with the exhibits of a fact.
const recordsListed = 6

// supportingEntries lists the first entries that support a fact.
func (p *draft) supportingEntries(f fact) string {
	var found []int64
	for i := range p.countingEntries() {
		if e := &p.countingEntries()[i]; slices.Contains(f.Records, e.Parsed.Kind) {
			found = append(found, e.Parsed.Seq)
		}
	}
	if len(found) == 0 {
		return ""
	}
	return p.t.text("basis_entries", "list", joinNumbers(found[:min(len(found), recordsListed)]))
}

// exhibitsFor returns the exhibits that may prove a fact.
func (p *draft) exhibitsFor(f fact) []*exhibit {
	var proofs []*exhibit
	for i := range p.exhibits {
		if slices.Contains(p.t.Exhibits[p.kindOrOther(p.exhibits[i].Kind)].Facts, f.ID) {
			proofs = append(proofs, &p.exhibits[i])
		}
	}
	return proofs
}

// countIndependent counts exhibits that do not derive from one another; a chain of
// derived exhibits counts once.
func (p *draft) countIndependent(exhibits []*exhibit) int {
	group := make([]int, len(exhibits))
	for i := range group {
		group[i] = i
	}
	n := len(exhibits)
	for i, a := range exhibits {
		for j, b := range exhibits[:i] {
			if group[i] == group[j] || !p.isDerivedFrom(a, b) && !p.isDerivedFrom(b, a) {
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

func (p *draft) isDerivedFrom(a, b *exhibit) bool {
	return slices.ContainsFunc(a.Leans, func(id recovery.EvidenceID) bool { return p.numbers[id] == b.No })
}

// isClaimed reports whether the dossier claims a fact.
func (p *draft) isClaimed(f fact, proofs int) bool {
	if f.Needed || proofs > 0 {
		return true
	}
	return f.Since != "" && p.hasEntry(f.Since)
}

func (p *draft) hasEntry(kind recovery.EntryKind) bool {
	for i := range p.countingEntries() {
		if p.countingEntries()[i].Parsed.Kind == kind {
			return true
		}
	}
	return false
}

func (s *composer) remark(f fact, independent, all int) (string, typeset.Style) {
	flag := warned
	flag.Size = cell.Size
	switch {
	case !s.isClaimed(f, all):
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
