package dossier

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"recourse/evidence/folio"
	"recourse/evidence/typeset"
	"recourse/recovery"
)

// part sets one of the tables a form may ask for by name.
func (s *setting) part(name string) {
	if set, known := s.tables()[name]; known {
		set()
	}
}

func (s *setting) tables() map[string]func() {
	return map[string]func(){
		"holders": func() { s.holdersTable(s.everybody()) }, "debtors": func() { s.holdersTable(s.debtors()) },
		"interest": s.interestTable, "fees": s.feesTable, "chronology": s.chronology, "story": s.story,
		"citations": s.citations, "institutions": s.institutions, "instalments": s.instalments, "arrivals": s.arrivals,
	}
}

// holdersTable names some of the other side, each with what they took and owe.
func (s *setting) holdersTable(some []int) {
	if len(some) == 0 {
		s.book.Para(compact(cell, s.t.text("no_holders")))
		return
	}
	table := grid(11, 34, 55, 22, 18, 22)
	table.Head = head(s.t.text("no"), s.t.text("holder_name"), s.t.text("holder_who"), s.t.text("claimed"), s.t.text("returned"),
		s.t.text("holder_owes"))
	for n, i := range some {
		c := &s.folio.Case.Counterparts[i]
		table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{
			centred(cell, strconv.Itoa(n+1)), in(cell, s.holderName(i)), in(cell, s.holderWho(i)),
			in(cell, s.claimedBy(c)), in(cell, c.ReturnFen.String()), in(cell, s.owedBy(c)),
		}})
	}
	s.book.Table(table)
	s.book.Skip(1.5)
	if total := s.ofDebtors(s.owed); total != s.outstanding() && s.shows(recovery.Weaknesses) {
		s.book.Para(compact(warned, s.t.text("holders_differ", "sum", total, "outstanding", s.outstanding())))
		s.book.Skip(1.5)
	}
}

func (p *papers) everybody() []int {
	all := make([]int, len(p.folio.Case.Counterparts))
	for i := range all {
		all[i] = i
	}
	return all
}

// debtors are those against whom the papers are turned: who gave all of their
// share back is no party any more. Where nobody is left, everybody is named.
func (p *papers) debtors() []int {
	done := func(i int) bool {
		c := &p.folio.Case.Counterparts[i]
		return c.Claimed > 0 && c.ReturnFen >= c.Claimed
	}
	if left := slices.DeleteFunc(p.everybody(), done); len(left) > 0 {
		return left
	}
	return p.everybody()
}

// ofDebtors sums up something of each of the debtors. What all holders still have
// is theirs: nobody else has anything.
func (p *papers) ofDebtors(sum func(*recovery.Counterpart) recovery.Money) recovery.Money {
	total := recovery.Money(0)
	for _, i := range p.debtors() {
		total += sum(&p.folio.Case.Counterparts[i])
	}
	return total
}

func (s *setting) holderName(i int) string {
	alias := s.t.text("holder_alias", "alias", s.alias(i))
	if name := s.extra().Holders[s.folio.Case.Counterparts[i].ID].Name; name != "" {
		return s.unseen(name) + "\n" + alias
	}
	return alias
}

// holderWho is what is known of a holder beyond the name.
func (s *setting) holderWho(i int) string {
	c := &s.folio.Case.Counterparts[i]
	who := s.extra().Holders[c.ID]
	var lines []string
	if !s.shows(recovery.PrivateParticulars) && who != (folio.Identity{Name: who.Name}) {
		lines, who = append(lines, s.t.text("holder_hidden", "value", s.mask())), folio.Identity{}
	}
	for _, line := range []struct{ key, value string }{
		{"holder_sex", s.t.word("sex", who.Sex)}, {"holder_work", who.Work}, {"holder_home", who.Home}, {"holder_document", s.document(who)},
		{"holder_phone", who.Phone},
	} {
		if line.value != "" {
			lines = append(lines, s.t.text(line.key, "value", s.unseen(line.value)))
		}
	}
	if contact := s.contact(counterpartPath(i, "contact"), c.Contact); contact != "" {
		lines = append(lines, s.t.text("holder_contact", "value", contact))
	}
	if len(lines) == 0 {
		return s.t.text("to_fill")
	}
	return strings.Join(lines, "\n")
}

func (s *setting) claimedBy(c *recovery.Counterpart) string {
	if c.Claimed > 0 {
		return c.Claimed.String()
	}
	if s.sole() {
		return s.folio.Case.Amount.String()
	}
	return s.t.text("not_recorded")
}

// owedBy is what one holder is asked for, where anybody knows what they took.
func (s *setting) owedBy(c *recovery.Counterpart) string {
	if c.Claimed == 0 && s.folio.Case.CanBeSplit() {
		return s.t.text("not_recorded")
	}
	return s.owed(c).String()
}

// asked is what the papers claim of those they name: of money that was split the
// rest of their shares, and otherwise all that is missing.
func (p *papers) asked() recovery.Money {
	if !p.sharesTold() {
		return p.outstanding()
	}
	return min(p.ofDebtors(p.owed), p.outstanding())
}

// sharesTold reports that several people may hold a part, and that the part of
// everybody who is named is known.
func (p *papers) sharesTold() bool {
	unknown := func(c recovery.Counterpart) bool { return c.Claimed == 0 }
	return p.folio.Case.CanBeSplit() && !slices.ContainsFunc(p.folio.Case.Counterparts, unknown)
}

// returned is what came back from the debtors; as far as is told, everything did.
func (p *papers) returned() recovery.Money {
	if !p.sharesTold() {
		return p.folio.Case.Position.Recovered
	}
	return p.ofDebtors(func(c *recovery.Counterpart) recovery.Money { return c.ReturnFen })
}

// sole reports that one person took all of the money.
func (p *papers) sole() bool {
	return len(p.folio.Case.Counterparts) == 1 && !p.folio.Case.CanBeSplit()
}

// owed is what one holder still has.
func (p *papers) owed(c *recovery.Counterpart) recovery.Money {
	if p.sole() {
		return p.outstanding()
	}
	return max(0, c.Claimed-c.ReturnFen)
}

// longestCourse is how many events a paper tells; the timeline holds them all.
const longestCourse = 60

// chronology tells the facts that matter on a time line: the payment, and the
// entries of the kinds the texts name.
func (s *setting) chronology() {
	table := grid(32, 100, 30)
	table.Head = head(s.t.text("col_time"), s.t.text("col_event"), s.t.text("col_basis"))
	row := func(at, what, basis string) {
		table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{in(cell, at), in(cell, what), in(cell, basis)}})
	}
	row(clock(s.folio.Case.SentAt), s.t.text("event_sent", "method", s.values["method"], "sum", s.folio.Case.Amount), s.groupLabels("payment"))
	more := 0
	for i := range s.folio.Entries {
		e := &s.folio.Entries[i]
		fragments := s.t.List("entry." + string(e.Parsed.Kind) + ".course")
		if fragments == nil {
			continue
		}
		if len(table.Rows) >= longestCourse {
			more++
			continue
		}
		at := e.Parsed.At
		if e.Parsed.ClaimedAt != "" {
			at = e.Parsed.ClaimedAt
		}
		what := s.describe(e, fragments)
		if !strings.HasSuffix(what, "。") {
			what += "。"
		}
		row(stamp(at), what, s.t.text("basis_entry", "seq", e.Parsed.Seq))
	}
	if more > 0 {
		row("…", s.t.text("events_more", "count", more), s.t.text("timeline"))
	}
	s.book.Skip(1)
	s.book.Table(table)
	s.book.Skip(2)
}

// groupLabels lists the exhibits of one group.
func (p *papers) groupLabels(group string) string {
	var labels []string
	for i := range p.exhibits {
		if p.exhibits[i].Group == group {
			labels = append(labels, p.exhibits[i].Label())
		}
	}
	if len(labels) == 0 {
		return "—"
	}
	return p.t.text("basis_exhibits", "list", strings.Join(labels, "、"))
}

// citations lists what the playbook cites beyond the paper's own text.
func (s *setting) citations() {
	var list []string
	for _, c := range s.extra().Citations {
		law := c.Statute
		if c.Section != "" {
			law += " " + s.t.text("section", "section", c.Section)
		}
		list = append(list, s.t.text("cited", "article", law, "mark", c.Mark, "edition", c.Edition))
	}
	if len(list) > 0 {
		s.book.Para(spaced(compact(note, s.t.text("cited_more", "list", strings.Join(list, "；")))))
	}
}

// institutions names who holds the records of the platform.
func (s *setting) institutions() {
	table := grid(62, 100)
	table.Head = head(s.t.text("col_institution"), s.t.text("col_records"))
	platform := "paper.institution." + string(s.folio.Case.Platform) + "."
	for i := 0; s.t.Has(platform + strconv.Itoa(i) + ".name"); i++ {
		one := platform + strconv.Itoa(i)
		table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{
			in(cell, fmt.Sprintf("%s〔%s〕", s.t.Text(one+".name"), s.t.Text(one+".mark"))), in(cell, s.t.Text(one+".holds")),
		}})
	}
	if len(table.Rows) == 0 {
		s.book.Para(compact(cell, s.t.text("to_fill")))
		return
	}
	s.book.Table(table)
	s.book.Skip(1.5)
}

// instalments prints the plan, or empty lines for one.
func (s *setting) instalments() {
	plan := s.extra().Plan
	table := grid(14, 44, 34, 70)
	table.Head = head(s.t.text("col_no_of"), s.t.text("col_due"), s.t.text("col_sum"), s.t.text("col_capitals"))
	var total recovery.Money
	for i, one := range plan {
		total += one.Amount
		table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{
			centred(cell, strconv.Itoa(i+1)), in(cell, date(one.DueOn)), in(cell, s.t.text("yuan", "money", one.Amount)), in(cell, s.t.capitals(one.Amount)),
		}})
	}
	for i := len(plan); i < 3 && len(plan) == 0; i++ {
		table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{
			centred(cell, strconv.Itoa(i+1)), in(cell, s.t.text("date_blank")), in(cell, ""), in(cell, ""),
		}})
	}
	if len(plan) > 0 {
		table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{
			centred(label, s.t.text("sum_row")), in(cell, ""), in(cell, s.t.text("yuan", "money", total)), in(cell, s.t.capitals(total)),
		}})
	}
	s.book.Skip(1)
	s.book.Table(table)
	s.book.Skip(1)
	if len(plan) > 0 && total != s.outstanding() {
		s.book.Para(compact(warned, s.t.text("plan_differs", "plan", total, "outstanding", s.outstanding())))
	}
}

// arrivals sets each demand against what the other side answered after it.
func (s *setting) arrivals() {
	table := grid(32, 22, 30, 44, 34)
	table.Head = head(s.t.text("col_time"), s.t.text("col_way"), s.t.text("col_holder"), s.t.text("col_reply"), s.t.text("col_basis"))
	for _, d := range s.demands {
		table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{
			in(cell, clock(d.At)), in(cell, s.way(s.entry(d.Seq))), in(cell, s.towards(d.holder)),
			in(cell, s.replyAfter(d)), in(cell, s.t.text("basis_entry", "seq", d.Seq)+"\n"+s.groupLabels("notice")),
		}})
	}
	if len(table.Rows) == 0 {
		s.book.Para(compact(warned, s.t.text("no_demand")))
		return
	}
	s.book.Table(table)
	s.book.Skip(2)
}

// way is how a demand was made.
func (s *setting) way(e *folio.Entry) string {
	if e.Parsed.Kind == recovery.EntryLegalStep {
		return s.t.word("legal_kind", plain(e.Parsed.Facts["kind"]))
	}
	return s.t.word("channel", plain(e.Parsed.Facts["channel"]))
}

// replyAfter is the first answer after a demand: who answers has read it.
func (s *setting) replyAfter(d demand) string {
	for _, r := range s.replies {
		if !r.at.Before(d.At) && (d.holder == "" || r.holder == d.holder) {
			answer := s.t.word("response", plain(r.entry.Parsed.Facts["kind"]))
			return s.t.text("replied", "time", clock(r.at), "answer", answer, "seq", r.entry.Parsed.Seq)
		}
	}
	return s.t.text("no_reply")
}
