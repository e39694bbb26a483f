package api

import (
	"recourse/casework"
	"recourse/evidence/preview"
)

func renderPreview(seen casework.ExportPreview) ExportPreview {
	result := ExportPreview{
		Preview: seen.Digest, Audience: Audience(seen.Audience), CounterpartID: nullIfEmpty[string](seen.Counterpart),
		Papers: []PreviewPaper{}, Exhibits: []PreviewExhibit{}, Texts: []PreviewText{},
	}
	for _, paper := range seen.Papers {
		result.Papers = append(result.Papers, PreviewPaper(paper))
	}
	for _, exhibit := range seen.Exhibits {
		result.Exhibits = append(result.Exhibits, PreviewExhibit{
			ID: string(exhibit.ID), Kind: EvidenceKind(exhibit.Kind), MediaType: exhibit.MediaType,
			Form: PreviewForm(exhibit.Form), Why: nullIfEmpty[PreviewReason](exhibit.Why),
		})
	}
	for _, text := range seen.Texts {
		result.Texts = append(result.Texts, renderPreviewText(text))
	}
	return result
}

func renderPreviewText(text preview.Text) PreviewText {
	result := PreviewText{Seq: text.Seq, Kind: EntryKind(text.Kind), Path: text.Path, Text: text.Text, Covered: []PreviewCover{}}
	for _, cover := range text.Covered {
		result.Covered = append(result.Covered, PreviewCover{Name: cover.Name, Count: cover.Count})
	}
	return result
}
