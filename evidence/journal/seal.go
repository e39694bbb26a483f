package journal

import (
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// SealPrefix starts the text of every seal, so that a seal is never valid as a
// checkpoint and a checkpoint is never valid as a seal.
const SealPrefix = "recourse/bag/"

// SignSeal signs the text of a bag's seal (see bag.SealText). It rejects a text
// without SealPrefix.
func (s *Signer) SignSeal(text string) (string, error) {
	if !strings.HasPrefix(text, SealPrefix) {
		return "", fmt.Errorf("seal: the text does not begin with %q", SealPrefix)
	}
	signed, err := note.Sign(&note.Note{Text: text}, s.signer)
	if err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	return string(signed), nil
}
