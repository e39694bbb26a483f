package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"recourse/casework"
	"recourse/evidence/preview"
	"recourse/recovery"
)

// previewBody is the model of the page with what the other side will see.
type previewBody struct {
	Home      string // page of the case
	Notice    string
	Readers   []previewReader // empty if there is only one counterpart
	Papers    []preview.Paper
	Exhibits  []preview.Exhibit
	Texts     []previewText
	AgreeForm form
}

// previewReader is a counterpart, or all of them, for whom papers can be made.
type previewReader struct {
	Name    string
	Href    string
	Current bool
}

// previewText is one text in parts; what is covered is a part of its own.
type previewText struct {
	Label   string
	Entry   recovery.EntryKind
	Parts   []previewPart
	Covered []preview.Cover
}

type previewPart struct {
	Text    string
	Covered bool
}

// previewPage shows what the other side will see, with one button to agree.
func (w *Web) previewPage(c *pageContext) error {
	return c.showPreview(http.StatusOK, recovery.CounterpartID(c.QueryParam("counterpart_id")), "")
}

func (c *pageContext) showPreview(status int, reader recovery.CounterpartID, notice string) error {
	ctx := c.Request().Context()
	view, err := c.web.service.CaseByNumber(ctx, c.visitor.Actor, recovery.CaseNumber(c.Param("number")))
	if err != nil {
		return err
	}
	order := casework.ExportOrder{Audience: recovery.ForOpponent, CounterpartID: reader}
	seen, err := c.web.service.PreviewExport(ctx, c.newRequest(nil), view.ID, order)
	if err != nil {
		return err
	}
	body := previewBody{
		Home: c.casePath(string(view.Number)), Notice: notice, Readers: c.previewReaders(view.Case, reader), Papers: seen.Papers, Exhibits: seen.Exhibits,
		AgreeForm: form{
			ID: "agree-form", Action: "/cases/" + string(view.Number) + "/exports", Key: newIdempotencyKey(), CSRF: c.visitor.CSRF, Primary: true,
			Submit: c.texts.T("preview.agree"), Hidden: []option{
				{Label: "audience", Value: string(recovery.ForOpponent)}, {Label: "counterpart_id", Value: string(reader)}, {Label: "agreed", Value: seen.Digest},
			},
		},
	}
	for _, text := range seen.Texts {
		body.Texts = append(body.Texts, previewText{c.texts.Word("preview_value", previewLabel(text.Path)), text.Kind, splitCovered(text.Text), text.Covered})
	}
	return c.showPage(status, "preview", page{
		Title: c.texts.T("preview.title", "number", view.Number), Pace: view.Pace, StaffLayout: c.visitor.IsStaff(), Body: body,
	})
}

// previewReaders lists for whom papers can be made, if there is a choice.
func (c *pageContext) previewReaders(of recovery.Case, current recovery.CounterpartID) []previewReader {
	if len(of.Counterparts) < 2 {
		return nil
	}
	path := previewPath(string(of.Number), "")
	readers := []previewReader{{c.texts.T("preview.all"), path, current == ""}}
	for _, one := range of.Counterparts {
		readers = append(readers, previewReader{one.Alias, previewPath(string(of.Number), one.ID), current == one.ID})
	}
	return readers
}

func previewPath(number string, reader recovery.CounterpartID) string {
	path := "/cases/" + number + "/exports/preview"
	if reader == "" {
		return path
	}
	return path + "?" + url.Values{"counterpart_id": {string(reader)}}.Encode()
}

// Labels of the texts in a preview.
const (
	previewNarrative   = "narrative"
	previewName        = "name"
	previewAlias       = "alias"
	previewTransaction = "transaction"
	previewParticulars = "particulars"
	previewOther       = "other"
)

var previewLabels = []string{previewNarrative, previewName, previewAlias, previewTransaction, previewParticulars, previewOther}

// previewLabel is the label of a value of the journal.
func previewLabel(path string) string {
	switch {
	case path == "narrative":
		return previewNarrative
	case path == "claimant.name":
		return previewName
	case strings.HasSuffix(path, ".alias"):
		return previewAlias
	case strings.HasSuffix(path, "transaction_no"):
		return previewTransaction
	case strings.HasPrefix(path, "particulars."):
		return previewParticulars
	default:
		return previewOther
	}
}

var coveredPart = regexp.MustCompile(`〔[^〔〕]+已遮蔽〕`)

// splitCovered splits a text at what is covered.
func splitCovered(text string) []previewPart {
	var parts []previewPart
	at := 0
	for _, found := range coveredPart.FindAllStringIndex(text, -1) {
		if found[0] > at {
			parts = append(parts, previewPart{text[at:found[0]], false})
		}
		parts = append(parts, previewPart{text[found[0]:found[1]], true})
		at = found[1]
	}
	if at < len(text) {
		parts = append(parts, previewPart{text[at:], false})
	}
	return parts
}
