package dossier

import (
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

// writeCircumstanceNotes explains to the person who signs what the circumstances of the
// case require of its papers. A circumstance without a note is pleaded in the papers or
// decides which of them exist.
func (s *composer) writeCircumstanceNotes() {
	given := s.folio.Case.Facts().Circumstances
	for _, name := range recovery.Circumstances {
		if given[name] {
			s.writeCircumstanceNote(name)
		}
	}
	if known, answered := given[recovery.IdentityKnown]; answered && !known {
		s.writeCircumstanceNote("identity_unknown")
	}
}

func (s *composer) writeCircumstanceNote(name string) {
	if key := "paper.circumstance." + name; s.t.Has(key) {
		s.book.AddParagraph(prosePara(s.t.Text(key)))
	}
}

// writeArticles lists the articles that the dossier cites, each with its edition, and
// marks those whose text was not verified word for word.
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
