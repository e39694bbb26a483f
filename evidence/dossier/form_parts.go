package dossier

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"recourse/evidence/folio"
	"recourse/evidence/typeset"
	"recourse/recovery"
)

// writeTable writes a table that a form asks for by name.
func (s *composer) writeTable(name string) {
	if set, known := s.tableWriters()[name]; known {
		set()
	}
}

func (s *composer) tableWriters() map[string]func() {
	return map[string]func(){
		"holders": func() { s.writeCounterpartTable(s.allCounterparts()) }, "interest": s.writeInterest, "chronology": s.writeChronology,
		"story": s.writeNarrative, "institutions": s.writeInstitutions, "instalments": s.writeInstalments,
	}
}

// writeCounterpartTable lists counterparts with what they took and owe.
func (s *composer) writeCounterpartTable(some []int) {
	if len(some) == 0 {
		s.book.AddParagraph(compactPara(cell, s.t.text("no_holders")))
		return
	}
	table := newTable(11, 34, 55, 22, 18, 22)
	table.Head = headRow(s.t.text("no"), s.t.text("holder_name"), s.t.text("holder_who"), s.t.text("claimed"), s.t.text("returned"),
		s.t.text("holder_owes"))
	for n, i := range some {
		c := &s.folio.Case.Counterparts[i]
		table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{
			centredCell(cell, strconv.Itoa(n+1)), cellOf(cell, s.counterpartName(i)), cellOf(cell, s.counterpartIdentity(i)),
			cellOf(cell, s.claimedText(c)), cellOf(cell, c.ReturnFen.String()), cellOf(cell, s.owedText(c)),
		}})
	}
	s.book.AddTable(table)
	s.book.AddSpace(1.5)
}

// allCounterparts are the counterparts that the draft is about.
func (p *draft) allCounterparts() []int {
	if p.focus != nil {
		return []int{*p.focus}
	}
	all := make([]int, len(p.folio.Case.Counterparts))
	for i := range all {
		all[i] = i
	}
	return all
}

// debtors are the counterparts whom the papers address. A counterpart who returned
// their whole share is dropped; if nobody is left, all are listed.
func (p *draft) debtors() []int {
	done := func(i int) bool {
		c := &p.folio.Case.Counterparts[i]
		return c.Claimed > 0 && c.ReturnFen >= p.owedPart(c)
	}
	if left := slices.DeleteFunc(p.allCounterparts(), done); len(left) > 0 {
		return left
	}
	return p.allCounterparts()
}

// sumOverDebtors adds up an amount over the debtors. Nobody else has any of the
// money.
func (p *draft) sumOverDebtors(sum func(*recovery.Counterpart) recovery.Money) recovery.Money {
	total := recovery.Money(0)
	for _, i := range p.debtors() {
		total += sum(&p.folio.Case.Counterparts[i])
	}
	return total
}

func (s *composer) counterpartName(i int) string {
	alias := s.t.text("holder_alias", "alias", s.alias(i))
	if name := s.particulars().Holders[s.folio.Case.Counterparts[i].ID].Name; name != "" {
		return s.maskHidden(name) + "\n" + alias
	}
	return alias
}

// counterpartIdentity is what is known of a counterpart other than the name.
func (s *composer) counterpartIdentity(i int) string {
	c := &s.folio.Case.Counterparts[i]
	who := s.particulars().Holders[c.ID]
	var lines []string
	if !s.shows(recovery.PrivateParticulars) && who != (folio.Identity{Name: who.Name}) {
		lines, who = append(lines, s.t.text("holder_hidden", "value", s.maskText())), folio.Identity{}
	}
	for _, line := range []struct{ key, value string }{
		{"holder_sex", s.t.word("sex", who.Sex)}, {"holder_work", who.Work}, {"holder_home", who.Home}, {"holder_document", s.document(who)},
		{"holder_phone", who.Phone},
	} {
		if line.value != "" {
			lines = append(lines, s.t.text(line.key, "value", s.maskHidden(line.value)))
		}
	}
	if contact := s.contactOrMask(counterpartPath(i, "contact"), c.Contact); contact != "" {
		lines = append(lines, s.t.text("holder_contact", "value", contact))
	}
	if len(lines) == 0 {
		return longBlank
	}
	return strings.Join(lines, "\n")
}

func (s *composer) claimedText(c *recovery.Counterpart) string {
	if c.Claimed > 0 {
		return c.Claimed.String()
	}
	if s.hasSoleRecipient() {
		return s.folio.Case.Amount.String()
	}
	return s.t.text("not_recorded")
}

// owedText is the amount asked of one counterpart, if their share is known.
func (s *composer) owedText(c *recovery.Counterpart) string {
	if c.Claimed == 0 && s.isShared() {
		return s.t.text("not_recorded")
	}
	return s.amountOwed(c).String()
}

// amountAsked is what the papers claim from the debtors: of split money the rest of
// their shares, otherwise the whole outstanding amount.
func (p *draft) amountAsked() recovery.Money {
	if !p.areSharesKnown() {
		return p.outstanding()
	}
	return min(p.sumOverDebtors(p.amountOwed), p.outstanding())
}

// isShared reports whether nobody owes all of the money.
func (p *draft) isShared() bool {
	return p.folio.Case.CanBeSplit() || len(p.folio.Case.Counterparts) > 1
}

// areSharesKnown reports whether the money is shared and the part of each
// counterpart that the draft is about is known.
func (p *draft) areSharesKnown() bool {
	unknown := func(i int) bool { return p.folio.Case.Counterparts[i].Claimed == 0 }
	return p.isShared() && !slices.ContainsFunc(p.allCounterparts(), unknown)
}

// amountReturned is what the debtors returned. If shares are not known, it is
// everything that was returned.
func (p *draft) amountReturned() recovery.Money {
	if !p.areSharesKnown() {
		return p.folio.Case.Position.Recovered
	}
	return p.sumOverDebtors(func(c *recovery.Counterpart) recovery.Money { return c.ReturnFen })
}

// hasSoleRecipient reports whether one person took all of the money.
func (p *draft) hasSoleRecipient() bool { return len(p.folio.Case.Counterparts) == 1 && !p.isShared() }

// amountOwed is what one counterpart has not returned.
func (p *draft) amountOwed(c *recovery.Counterpart) recovery.Money {
	if p.hasSoleRecipient() {
		return p.outstanding()
	}
	return max(0, p.owedPart(c)-c.ReturnFen)
}

// exhibitLabels lists the exhibits of groups.
func (p *draft) exhibitLabels(groups ...string) string {
	var labels []string
	for i := range p.exhibits {
		if slices.Contains(groups, p.exhibits[i].Group) {
			labels = append(labels, p.exhibits[i].Label())
		}
	}
	if len(labels) == 0 {
		return "—"
	}
	return p.t.text("basis_exhibits", "list", strings.Join(labels, "、"))
}

// writeInstitutions lists who keeps the records of the platform, with what a court
// needs to write to them.
func (s *composer) writeInstitutions() {
	table := newTable(44, 42, 36, 40)
	table.Head = headRow(s.t.text("col_institution"), s.t.text("col_seat"), s.t.text("col_licence"), s.t.text("col_records"))
	for _, one := range s.institutions() {
		table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{
			cellOf(cell, one.name), cellOf(cell, blank), cellOf(cell, cmp.Or(one.licence, blank)), cellOf(cell, one.holds),
		}})
	}
	if len(table.Rows) == 0 {
		s.book.AddParagraph(compactPara(cell, longBlank))
		return
	}
	s.book.AddTable(table)
	s.book.AddSpace(1.5)
}

// institution keeps records of a platform.
type institution struct{ name, licence, holds string }

func (p *draft) institutions() []institution {
	var all []institution
	platform := "paper.institution." + string(p.folio.Case.Platform) + "."
	for i := 0; p.t.Has(platform + strconv.Itoa(i) + ".name"); i++ {
		one := platform + strconv.Itoa(i)
		licence, _ := p.t.FindText(one + ".licence")
		all = append(all, institution{p.t.Text(one + ".name"), licence, p.t.Text(one + ".holds")})
	}
	return all
}

// writeInstalments prints the repayment plan, or empty lines for one.
func (s *composer) writeInstalments() {
	plan := s.ownPlan()
	table := newTable(14, 44, 34, 70)
	table.Head = headRow(s.t.text("col_no_of"), s.t.text("col_due"), s.t.text("col_sum"), s.t.text("col_capitals"))
	var total recovery.Money
	for i, one := range plan {
		total += one.Amount
		table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{
			centredCell(cell, strconv.Itoa(i+1)), cellOf(cell, formatDate(one.DueOn)), cellOf(cell, s.t.text("yuan", "money", one.Amount)), cellOf(cell, s.t.capitals(one.Amount)),
		}})
	}
	for i := len(plan); i < 3 && len(plan) == 0; i++ {
		table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{
			centredCell(cell, strconv.Itoa(i+1)), cellOf(cell, s.t.text("date_blank")), cellOf(cell, ""), cellOf(cell, ""),
		}})
	}
	if len(plan) > 0 {
		table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{
			centredCell(label, s.t.text("sum_row")), cellOf(cell, ""), cellOf(cell, s.t.text("yuan", "money", total)), cellOf(cell, s.t.capitals(total)),
		}})
	}
	s.book.AddSpace(1)
	s.book.AddTable(table)
	s.book.AddSpace(1)
}

// ownPlan returns the instalments of the counterparts that the draft is about.
func (p *draft) ownPlan() []folio.Instalment {
	return slices.DeleteFunc(slices.Clone(p.particulars().Plan), func(one folio.Instalment) bool {
		return one.Counterpart != "" && !p.concerns(one.Counterpart)
	})
}

// writeDemands lists each demand with the first answer after it.
func (s *composer) writeDemands() {
	table := newTable(32, 22, 30, 44, 34)
	table.Head = headRow(s.t.text("col_time"), s.t.text("col_way"), s.t.text("col_holder"), s.t.text("col_reply"), s.t.text("col_basis"))
	for _, d := range s.demands {
		table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{
			cellOf(cell, formatTime(d.At)), cellOf(cell, s.demandChannel(s.findEntry(d.Seq))), cellOf(cell, s.addresseeOf(d.holder)),
			cellOf(cell, s.replyAfter(d)), cellOf(cell, s.t.text("basis_entry", "seq", d.Seq)+"\n"+s.exhibitLabels("notice")),
		}})
	}
	if len(table.Rows) == 0 {
		s.book.AddParagraph(compactPara(warned, s.t.text("no_demand")))
		return
	}
	s.book.AddTable(table)
	s.book.AddSpace(2)
}

// demandChannel is how a demand was sent.
func (s *composer) demandChannel(e *folio.Entry) string {
	if e.Parsed.Kind == recovery.EntryLegalStep {
		return s.t.word("legal_kind", factText(e.Parsed.Facts["kind"]))
	}
	return s.t.word("channel", factText(e.Parsed.Facts["channel"]))
}

// replyAfter returns the first answer after a demand. An answer proves that the
// demand was read.
func (s *composer) replyAfter(d demand) string {
	for _, r := range s.replies {
		if !r.at.Before(d.At) && (d.holder == "" || r.holder == d.holder) {
			answer := s.t.word("response", factText(r.entry.Parsed.Facts["kind"]))
			return s.t.text("replied", "time", formatTime(r.at), "answer", answer, "seq", r.entry.Parsed.Seq)
		}
	}
	return s.t.text("no_reply")
}
