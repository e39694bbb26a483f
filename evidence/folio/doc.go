// Package folio holds everything a dossier and a bag are made of: one case's
// journal, values and originals at one checkpoint, for one audience.
//
// It is not the place for pages (package dossier) or for archives (package
// bag); both import it. It imports neither Temporal nor SQL.
package folio
