package intake

import (
	"fmt"
	"io"

	"recourse/evidence/originals/signals"
)

// FindMarks returns the marks in an accepted file that say how it was made or changed.
// Errors: those of reading.
func FindMarks(file io.ReaderAt, size int64) ([]signals.Mark, error) {
	s := source{ReaderAt: file, size: size}
	head, err := s.readRange(0, headSize)
	if err != nil {
		return nil, fmt.Errorf("intake: %w", err)
	}
	media, _ := detectMedia(head)
	return signals.Find(file, size, media, printableText(readTags(s, media)["Software"]))
}
