package web

import (
	"net/http"
	"strconv"

	"recourse/evidence/originals/transcript"
	"recourse/recovery"
)

// wordsPerPage is how many lines of a file one page shows.
const wordsPerPage = 200

// wordsBody is the model of the page with the lines of a file.
type wordsBody struct {
	Home, FileName string
	ID             recovery.EvidenceID
	Letter         *transcript.Letter
	Gaps           []transcript.Gap
	Unread         []string // names of fields that are not shown
	Files          []transcript.Attachment
	Lines          []wordsLine
	First, Last    int // numbers of the lines that are shown
	Count          int // of all lines
}

// wordsLine is one line with its number.
type wordsLine struct {
	transcript.Line

	N int
}

// HasMore reports whether there are lines after those that are shown.
func (b wordsBody) HasMore() bool { return b.Last < b.Count }

// wordsPage shows the lines of a chat, a mail or another text. The file itself is neither
// run nor rendered.
func (w *Web) wordsPage(c *pageContext) error {
	words, err := w.service.ReadWords(c.Request().Context(), c.newRequest(nil), recovery.EvidenceID(c.Param("id")), "")
	if err != nil {
		return err
	}
	read := words.Transcript
	after, err := strconv.Atoi(c.QueryParam("after"))
	if err != nil || after < 0 || after > len(read.Lines) {
		after = 0
	}
	body := wordsBody{
		Home: c.casePath(string(words.Case.Number)), FileName: words.Evidence.FileName, ID: words.Evidence.ID, Letter: read.Letter, Gaps: read.Gaps, Unread: read.Unread,
		Files: read.Attachments[:min(len(read.Attachments), maxCandidates)], First: after + 1, Last: min(after+wordsPerPage, len(read.Lines)), Count: len(read.Lines),
	}
	for i, line := range read.Lines[after:body.Last] {
		body.Lines = append(body.Lines, wordsLine{line, after + i + 1})
	}
	return c.showPage(http.StatusOK, "words", page{Title: c.texts.T("words.title"), Pace: words.Case.Pace, StaffLayout: c.visitor.IsStaff(), Body: body})
}
