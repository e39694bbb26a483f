// Package typeset lays out Chinese text, tables and pictures on A4 pages and
// writes them as PDF. Line breaking (with 避头尾 rules) and font subsetting are its
// own; go-text shapes the letters of other scripts, fpdf writes the file format.
//
// It does not know cases or journals: package dossier decides what is on the
// pages. Every string is cleaned first (see CleanText), so any bytes are accepted:
// nothing panics and no character is dropped silently.
//
// Only package dossier may import it.
package typeset
