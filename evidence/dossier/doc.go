// Package dossier builds the PDF of a folio that people read: cover, the legal
// papers of the chosen route, the list of exhibits with page numbers, the exhibits,
// the list of original carriers, the limitation ledger, the timeline, and a page
// that states what the record proves and what it does not.
//
// What a dossier contains for each audience is data in layout.yaml. The words, the
// sentences for journal entries, the legal papers and the articles that they cite
// are in package texts.
//
// It reads only the folio and the fonts, masks again what an audience must not see,
// and writes the same bytes for the same folio. It does not sign or store anything,
// and it is no legal advice. Packages activities and cmd import it.
package dossier
