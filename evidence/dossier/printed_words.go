package dossier

import (
	"slices"
	"unicode/utf8"

	"recourse/evidence/originals/transcript"
)

// Limits of what is printed of texts; the rest is in the bag. A row is a line of print.
const (
	maxExhibitLines = 400 // messages or lines of an exhibit
	maxExhibitRows  = 1_000
	maxDossierRows  = 6_000 // of all exhibits: about 300 pages
	minExhibitRows  = 20    // of each exhibit, whatever the others have
	rowBytes        = 120   // of text that a row has room for
	maxPrintedLine  = 6_000 // bytes of one message
)

// printedWords is what is printed of a transcript. Only lines that may be printed are kept:
// a case can have many long chats.
type printedWords struct {
	transcript.Transcript

	total int // lines that were read
	rows  int // that the exhibit may take
}

func newPrintedWords(read transcript.Transcript) *printedWords {
	w := &printedWords{Transcript: read, total: len(read.Lines), rows: maxExhibitRows}
	w.Lines = slices.Clone(w.shown())
	for i := range w.Lines {
		w.Lines[i].Text = cutLine(w.Lines[i].Text)
	}
	return w
}

// shown are the lines that fit into the rows of the exhibit.
func (w *printedWords) shown() []transcript.Line {
	rows := 0
	for i, line := range w.Lines[:min(len(w.Lines), maxExhibitLines)] {
		if rows += rowsOf(line); rows > w.rows && i > 0 {
			return w.Lines[:i]
		}
	}
	return w.Lines[:min(len(w.Lines), maxExhibitLines)]
}

// rowsOf estimates the rows of a line.
func rowsOf(line transcript.Line) int {
	rows := 1 + min(len(line.Text), maxPrintedLine)/rowBytes
	for _, r := range line.Text[:min(len(line.Text), maxPrintedLine)] {
		if r == '\n' {
			rows++
		}
	}
	return rows
}

// cutLine shortens a message that would fill pages.
func cutLine(text string) string {
	if len(text) <= maxPrintedLine {
		return text
	}
	end := maxPrintedLine
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "……"
}

// shareRows divides the rows of a dossier among the exhibits with text, those with few rows
// first.
func (p *draft) shareRows() {
	type share struct {
		words *printedWords
		rows  int
	}
	var shares []share
	for i := range p.exhibits {
		if words := p.exhibits[i].words; words != nil {
			rows := 0
			for _, line := range words.Lines {
				rows += rowsOf(line)
			}
			shares = append(shares, share{words, rows})
		}
	}
	slices.SortStableFunc(shares, func(a, b share) int { return a.rows - b.rows })
	left := maxDossierRows
	for i, one := range shares {
		one.words.rows = min(maxExhibitRows, max(minExhibitRows, left/(len(shares)-i)))
		left -= min(one.words.rows, one.rows)
	}
}
