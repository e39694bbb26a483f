package dossier

import (
	"slices"
	"strings"

	"recourse/recovery"
)

// writeCheckSheet is the sheet for the person who signs: what to check, what the court
// charges and which articles the papers cite. It is not filed, so that the papers hold
// nothing but what they are for.
func (s *composer) writeCheckSheet() {
	s.book.AddParagraph(prosePara(s.t.text("check_intro")))
	s.writeCircumstanceNotes()
	written := map[string]bool{}
	for _, part := range s.plannedParts() {
		f, isForm := s.t.forms[part.name]
		if !isForm || written[part.name] || len(f.Notes) == 0 {
			continue
		}
		written[part.name] = true
		s.writeHeading(f.Title)
		for i, note := range f.Notes {
			s.book.AddParagraph(itemPara(itemNumber(i), s.resolve(note, part.of.values)))
		}
	}
	if total := s.sumOverDebtors(s.amountOwed); total != s.outstanding() && s.isShared() && s.shows(recovery.Weaknesses) {
		s.book.AddParagraph(compactPara(warned, s.t.text("holders_differ", "sum", total, "outstanding", s.outstanding())))
	}
	s.writeHeading(s.t.text("check_fees"))
	s.writeFees()
	s.writeArticles()
}

// writeCircumstanceNotes says what the circumstances of the case mean for its papers.
func (s *composer) writeCircumstanceNotes() {
	for _, key := range circumstanceNotes(s.folio.Case.Facts()) {
		s.book.AddParagraph(prosePara(s.t.Text("paper.circumstance." + key)))
	}
}

// circumstancesWithoutNote change no paper in a way that a signer must know: those of
// danger choose the papers, the others are pleaded in the papers themselves.
var circumstancesWithoutNote = []string{
	recovery.OwnSlip, recovery.Deceived, recovery.Threatened, recovery.Gambling, recovery.AskedToSend, recovery.PriorDebt,
	"knew_no_debt", "entrusted", "other_debts", "preservation", recovery.IdentityKnown, "same_employer",
}

// circumstanceNotes returns the keys of the notes for the circumstances that hold.
func circumstanceNotes(f recovery.Facts) []string {
	var keys []string
	for _, name := range recovery.Circumstances {
		if f.Circumstances[name] && !slices.Contains(circumstancesWithoutNote, name) {
			keys = append(keys, name)
		}
	}
	if known, answered := f.Circumstances[recovery.IdentityKnown]; answered && !known {
		keys = append(keys, "identity_unknown")
	}
	return keys
}

// writeArticles lists the articles that the dossier cites, each with the edition that
// was read, and says which of them were not read word for word.
func (s *composer) writeArticles() {
	var list, unread []string
	for _, key := range s.known {
		law := "law." + key
		article := s.t.Text(law + ".cite")
		list = append(list, s.t.text("cited", "article", article, "edition", s.t.Text(law+".edition")))
		if s.t.Text(law+".mark") != "V" {
			unread = append(unread, article)
		}
	}
	for _, c := range s.particulars().Citations {
		article := c.Statute
		if c.Section != "" {
			article += " " + s.t.text("section", "section", c.Section)
		}
		list = append(list, s.t.text("cited", "article", article, "edition", c.Edition))
		if c.Mark != "V" {
			unread = append(unread, article)
		}
	}
	if len(list) == 0 {
		return
	}
	s.writeHeading(s.t.text("check_articles"))
	s.book.AddParagraph(compactPara(cell, s.t.text("cited_intro", "list", strings.Join(list, "；"))))
	if len(unread) > 0 {
		s.book.AddSpace(1)
		s.book.AddParagraph(compactPara(warned, s.t.text("cited_unread", "list", strings.Join(withoutDuplicates(unread), "；"))))
	}
}
