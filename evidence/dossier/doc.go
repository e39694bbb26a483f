// Package dossier sets a folio as the PDF that people read: cover, the legal
// papers of the case's route, the list of exhibits with true page numbers, the
// exhibits, the sheet of original carriers, the limitation ledger, the timeline,
// and a page that says what the record proves and what it does not.
//
// What stands in it for whom, and every sentence, is data: the plan, the facts
// and the acts in court.yaml, each legal paper in a file of forms/, the articles
// with their marks in law.yaml, words and sentences in words.yaml and zh.yaml.
//
// It reads nothing but the folio and the fonts, masks again what an audience
// must not see, and gives the same bytes for the same folio. It does not sign,
// does not store, and is no legal advice. Packages activities and cmd import it.
package dossier
