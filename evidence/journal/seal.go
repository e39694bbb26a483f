package journal

import (
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// SealPrefix begins the text of every seal, so that no seal can be read as a
// checkpoint or the other way round.
const SealPrefix = "recourse/bag/"

// Seal signs the text that covers a whole bag (package bag writes it). Any
// other text is refused.
func (s *Signer) Seal(text string) (string, error) {
	if !strings.HasPrefix(text, SealPrefix) {
		return "", fmt.Errorf("seal: the text does not begin with %q", SealPrefix)
	}
	signed, err := note.Sign(&note.Note{Text: text}, s.signer)
	if err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	return string(signed), nil
}
