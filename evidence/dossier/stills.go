package dossier

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"recourse/evidence/copies"
	"recourse/evidence/folio"
	"recourse/evidence/originals/intake"
	"recourse/evidence/typeset/picture"
)

// isFilm reports whether an exhibit is the original of a film or a sound.
func (e *exhibit) isFilm() bool {
	return e.Copy == nil && e.open != nil && (strings.HasPrefix(e.MediaType, "video/") || strings.HasPrefix(e.MediaType, "audio/"))
}

// prepareStills opens the sheet of stills of a film, or says how long the film is.
func (p *draft) prepareStills(e *exhibit) error {
	if e.stills == nil {
		e.Why = p.filmReason(e)
		return nil
	}
	data, err := readCopy(e.stills)
	if err != nil {
		return fmt.Errorf("stills of exhibit %s: %w", e.ID, err)
	}
	p.reopened++
	if copies.Digest(data) != e.stills.SHA256 {
		p.mismatched++
		e.Why = p.t.Text("paper.unfit.mismatch")
		return nil
	}
	e.Shown, err = picture.Convert(data, p.reencode)
	var unfit *picture.UnusableError
	if errors.As(err, &unfit) {
		e.Why = p.filmReason(e)
		return nil
	}
	return err
}

func readCopy(from *folio.Copy) ([]byte, error) {
	file, err := from.Open()
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, maxImageBytes))
}

// filmReason says why a film has no stills, with its length if the file states it.
func (p *draft) filmReason(e *exhibit) string {
	if length := filmLength(e); length > 0 {
		return p.t.Text("paper.unfit.film_length", "length", formatLength(length))
	}
	return p.t.Text("paper.unfit.film")
}

func filmLength(e *exhibit) time.Duration {
	file, err := e.open()
	if err != nil {
		return 0
	}
	defer file.Close()
	reader, canSeek := file.(io.ReaderAt)
	if !canSeek {
		return 0
	}
	return intake.Length(reader, e.Size, e.MediaType)
}

// formatLength writes a length as hours, minutes and seconds.
func formatLength(length time.Duration) string {
	seconds := int64(length.Round(time.Second) / time.Second)
	return fmt.Sprintf("%02d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
}
