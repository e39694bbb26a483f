package api

import (
	"strconv"

	"github.com/labstack/echo/v4"

	"recourse/casework"
	"recourse/evidence/originals/transcript"
	"recourse/recovery"
)

// GetEvidenceTranscript implements ServerInterface.
func (a *API) GetEvidenceTranscript(c echo.Context, id ID, params GetEvidenceTranscriptParams) error {
	if err := checkID(id); err != nil {
		return err
	}
	limit, err := pageSize(params.Limit)
	if err != nil {
		return err
	}
	after, err := entryCursor(params.Cursor)
	if err != nil {
		return err
	}
	request, err := newRequest(c, nil)
	if err != nil {
		return err
	}
	words, err := a.service.ReadWords(c.Request().Context(), request, recovery.EvidenceID(id), stringOrEmpty(params.Purpose))
	if err != nil {
		return err
	}
	if isHead(c) {
		return sendHeader(c, echo.MIMEApplicationJSON)
	}
	return sendJSON(c, renderTranscript(words, after, limit))
}

// renderTranscript returns the lines of a page after a line.
func renderTranscript(words casework.Words, after int64, limit int) Transcript {
	read := words.Transcript
	page := Transcript{
		EvidenceID: string(words.Evidence.ID), Form: TranscriptForm(read.Form), Lines: len(read.Lines), Messages: read.Messages, UnreadFields: emptyIfNil(read.Unread),
		Gaps: renderList(read.Gaps, func(gap transcript.Gap) TranscriptGap { return TranscriptGap(gap) }), Mail: renderLetter(read.Letter),
		Attachments: renderList(read.Attachments, renderAttachment), Items: []TranscriptLine{},
	}
	first := int(min(after, int64(len(read.Lines))))
	last := min(first+limit, len(read.Lines))
	for i, line := range read.Lines[first:last] {
		page.Items = append(page.Items, renderLine(first+i+1, line))
	}
	if last < len(read.Lines) {
		next := strconv.Itoa(last)
		page.NextCursor = &next
	}
	return page
}

func renderLine(n int, line transcript.Line) TranscriptLine {
	result := TranscriptLine{
		N: n, When: nullIfEmpty[string](line.When), Who: nullIfEmpty[string](line.Who), Own: line.Own, Text: line.Text, Note: nullIfEmpty[string](line.Note),
	}
	if !line.At.IsZero() {
		result.At = renderTimeOrNull(&line.At)
	}
	return result
}

func renderLetter(letter *transcript.Letter) *TranscriptMail {
	if letter == nil {
		return nil
	}
	return &TranscriptMail{
		Headers: renderList(letter.Headers, func(h transcript.Header) TranscriptHeader { return TranscriptHeader{Name: h.Name, Value: h.Value} }),
		Domain:  nullIfEmpty[string](letter.Domain), SignedBy: nullIfEmpty[string](letter.SignedBy), Platform: nullIfEmpty[string](string(letter.Platform)),
	}
}

func renderAttachment(file transcript.Attachment) TranscriptFile {
	return TranscriptFile{Name: file.Name, MediaType: file.Media, Size: file.Size}
}
