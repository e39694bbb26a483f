// Package dossier sets a folio as the PDF that people read: cover, facts and
// claim, timeline, list of exhibits with true page numbers, the exhibits
// themselves, and a page that says what the record proves and what it does not.
//
// It reads nothing but the folio and the fonts, masks again what an audience
// must not see, and gives the same bytes for the same folio. It does not sign,
// does not store, and is no legal advice. Packages activities and cmd import it.
package dossier
