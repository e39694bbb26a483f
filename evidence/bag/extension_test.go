package bag

import (
	"testing"

	"recourse/evidence/originals/transcript"
)

// TestTextsOpenWithADoubleClick: every chat and mail that is taken has an ending that
// computers know.
func TestTextsOpenWithADoubleClick(t *testing.T) {
	t.Parallel()
	for media, want := range map[string]string{
		transcript.Mail: ".eml", transcript.Lines: ".jsonl", transcript.Page: ".html", transcript.Word: ".docx", transcript.JSON: ".json",
		transcript.Text + "; charset=gbk": ".txt", transcript.Table: ".csv", "application/x-unknown": "",
	} {
		if got := fileExtension(media); got != want {
			t.Errorf("%s: %q, want %q", media, got, want)
		}
	}
}
