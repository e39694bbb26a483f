package dossier

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"recourse/evidence/copies"
	"recourse/evidence/originals/statement"
	"recourse/evidence/originals/transcript"
	"recourse/evidence/typeset"
	"recourse/recovery"
)

// prepareWords reads what is printed of a file that is no picture: the rows of a bill that
// show the payments, or the text of a chat, a mail or another text.
func (p *draft) prepareWords(e *exhibit) error {
	media := e.shownMedia()
	isWords := transcript.IsReadable(media) && e.rows == nil
	isTable := media == transcript.Table || media == transcript.Book || e.Kind == recovery.Statement
	if e.Withheld || e.open == nil || !isWords {
		return nil
	}
	if e.Size > transcript.MaxSize {
		e.Why = p.t.Text("paper.unfit.too_many_bytes")
		return nil
	}
	data, err := readFile(e)
	if err != nil {
		return fmt.Errorf("exhibit %s: %w", e.ID, err)
	}
	p.reopened++
	if copies.Digest(data) != e.shownDigest() {
		p.mismatched++
		e.Why = p.t.Text("paper.unfit.mismatch")
		return nil
	}
	return p.readWords(e, media, data, isTable && e.Copy == nil)
}

func (p *draft) readWords(e *exhibit, media string, data []byte, isTable bool) error {
	if isTable {
		excerpt, err := p.options.Excerpt(data, statement.ExcerptOrderOf(p.folio.Case))
		if err == nil {
			e.excerpt = &excerpt
			return nil
		}
		if !isRefusal(err) {
			return fmt.Errorf("exhibit %s: %w", e.ID, err)
		}
	}
	words, err := p.options.Transcribe(media, data)
	if err != nil {
		return fmt.Errorf("exhibit %s: %w", e.ID, err)
	}
	e.words = newPrintedWords(words)
	return nil
}

// isRefusal reports whether an error is about the content of a file.
func isRefusal(err error) bool {
	var fault *recovery.Fault
	return errors.As(err, &fault) && (fault.Code == recovery.CodeInvalid || fault.Code == recovery.CodeTooLarge)
}

// writeExcerpt prints the rows of a bill that show the payments.
func (s *composer) writeExcerpt(e *exhibit) {
	count := len(e.excerpt.Rows)
	intro := s.t.text("excerpt_none", "total", e.excerpt.Total)
	if count > 0 {
		intro = s.t.text("excerpt", "total", e.excerpt.Total, "count", count, "rest", e.excerpt.Total-count)
	}
	if e.excerpt.Faults > 0 {
		intro += s.t.text("excerpt_faults", "count", e.excerpt.Faults)
	}
	s.book.AddParagraph(prosePara(intro))
	s.book.AddSpace(2)
	s.writeExcerptRows(e.excerpt.Rows)
	if len(e.excerpt.Proofs) > 0 {
		s.book.AddParagraph(prosePara(s.t.text("excerpt_proofs", "count", len(e.excerpt.Proofs))))
		s.book.AddSpace(2)
		s.writeExcerptRows(e.excerpt.Proofs)
	}
}

func (s *composer) writeExcerptRows(rows []statement.Transaction) {
	for _, row := range rows {
		cells := copies.CellsOf(row)
		if reversal := row.Reversal.Text(); reversal != "" {
			cells = append(cells, copies.Cell{Name: s.t.text("excerpt_reversal"), Value: &reversal})
		}
		s.writeBillRow(s.t.text("excerpt_row", "row", row.Row), cells)
	}
}

// writeBillRow prints a row of a bill as a table of its cells that have a value.
func (s *composer) writeBillRow(title string, cells []copies.Cell) {
	table := newTable(34, frame.Width()-34)
	fill := pale
	if title != "" {
		head := cellOf(label, title)
		head.Span, head.Fill = 2, &fill
		table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{head}, KeepWithNext: true})
	}
	for _, one := range cells {
		if one.Value != nil && *one.Value != "" {
			table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{cellOf(label, one.Name), cellOf(cell, *one.Value)}})
		}
	}
	s.book.AddTable(table)
	s.book.AddSpace(3)
}

// writeWords prints a chat, a mail or a text as lines.
func (s *composer) writeWords(e *exhibit) {
	s.book.AddParagraph(prosePara(s.wordsIntro(e)))
	for _, gap := range e.words.Gaps {
		s.book.AddParagraph(compactPara(note, s.t.Text("words_gap."+string(gap))))
	}
	if len(e.words.Unread) > 0 {
		s.book.AddParagraph(compactPara(note, s.t.text("words_unread", "list", strings.Join(e.words.Unread, "、"))))
	}
	s.book.AddSpace(2)
	if e.words.Letter != nil {
		s.writeLetter(e.words.Letter)
	}
	shown := e.words.shown()
	if len(shown) > 0 {
		s.book.AddTable(s.linesTable(shown, e.words.Form == transcript.IsChat))
	}
	if rest := e.words.total - len(shown); rest > 0 {
		key := "words_more"
		if e.Copy != nil {
			key = "words_more_masked"
		}
		s.writeCaption(s.t.text(key, "count", rest))
	}
	if len(e.words.Attachments) > 0 {
		s.book.AddSpace(2)
		s.book.AddParagraph(compactPara(note, s.t.text("attachments", "list", s.listAttachments(e.words.Attachments))))
	}
}

func (s *composer) wordsIntro(e *exhibit) string {
	switch {
	case len(e.words.Lines) == 0 && e.words.Letter == nil:
		return s.t.text("words_none")
	case e.Copy != nil:
		return s.t.text("words_masked")
	case e.words.Form == transcript.IsMail:
		return s.t.text("words_mail")
	case e.words.Form == transcript.IsChat:
		return s.t.text("words_chat", "count", e.words.Messages)
	default:
		return s.t.text("words_text", "count", e.words.total)
	}
}

// maxAttachments is how many files within a file are named.
const maxAttachments = 30

func (s *composer) listAttachments(files []transcript.Attachment) string {
	var names []string
	for _, file := range files[:min(len(files), maxAttachments)] {
		names = append(names, s.t.text("attachment", "name", file.Name, "size", formatCount(file.Size)))
	}
	if len(files) > maxAttachments {
		names = append(names, "……")
	}
	return strings.Join(names, "、")
}

// writeLetter prints what a mail says about itself, and that nothing of it is proved.
func (s *composer) writeLetter(letter *transcript.Letter) {
	table := newTable(34, frame.Width()-34)
	for _, header := range letter.Headers {
		table.Rows = append(table.Rows, labelledRow(header.Name, compactPara(cell, header.Value)))
	}
	if len(table.Rows) > 0 {
		s.book.AddTable(table)
		s.book.AddSpace(1)
	}
	var claims strings.Builder
	switch {
	case letter.Platform != "":
		claims.WriteString(s.t.text("mail_platform", "domain", letter.Domain, "platform", s.t.word("platform", string(letter.Platform))))
	case letter.Domain != "":
		claims.WriteString(s.t.text("mail_domain", "domain", letter.Domain))
	}
	if letter.SignedBy != "" {
		claims.WriteString(s.t.text("mail_signed", "domain", letter.SignedBy))
	} else {
		claims.WriteString(s.t.text("mail_unsigned"))
	}
	s.book.AddParagraph(compactPara(note, claims.String()))
	s.book.AddSpace(2)
}

// linesTable returns numbered lines, of a chat with time and sender.
func (s *composer) linesTable(lines []transcript.Line, isChat bool) typeset.Table {
	table := newTable(12, frame.Width()-12)
	table.Head = headRow(s.t.text("col_line"), s.t.text("col_what"))
	if isChat {
		table = newTable(12, 24, 30, frame.Width()-66)
		table.Head = headRow(s.t.text("col_line"), s.t.text("col_time"), s.t.text("col_sender"), s.t.text("col_what"))
	}
	table.PadY = 0.7
	small := cell
	small.Size = 8.5
	for i, line := range lines {
		row := []typeset.Cell{centredCell(code, strconv.Itoa(i+1))}
		what := s.lineCell(small, line)
		switch {
		case isChat && line.IsMessage():
			row = append(row, cellOf(code, strings.Replace(line.Time(), " ", "\n", 1)), cellOf(small, s.senderOf(line)), what)
		case isChat:
			what.Span = 3
			row = append(row, what)
		default:
			row = append(row, what)
		}
		table.Rows = append(table.Rows, typeset.Row{Cells: row})
	}
	return table
}

func (s *composer) lineCell(style typeset.Style, line transcript.Line) typeset.Cell {
	text := line.Text
	if line.Note != "" {
		text = strings.TrimPrefix(text+"\n"+s.t.text("note_in_line", "note", line.Note), "\n")
	}
	var what typeset.Cell
	for part := range strings.SplitSeq(text, "\n") {
		what.Paragraphs = append(what.Paragraphs, compactPara(style, part))
	}
	return what
}

func (s *composer) senderOf(line transcript.Line) string {
	if line.Who == "" && line.Own {
		return s.t.text("own_side")
	}
	return line.Who
}
