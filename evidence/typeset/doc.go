// Package typeset sets Chinese text, tables and pictures on A4 pages and writes
// them as PDF: its own line breaker with 避头尾 rules, its own font subsetting,
// and fpdf underneath for the file format only.
//
// It does not know cases or journals: package dossier decides what is on
// the pages. Every string is cleaned where it enters (see Clean), so any bytes
// may be handed in; nothing panics and no character is dropped silently.
//
// Only package dossier may import it.
package typeset
