package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"recourse/evidence/bag"
	"recourse/evidence/dossier"
	"recourse/evidence/folio"
	"recourse/evidence/originals/decode"
	"recourse/evidence/originals/sandbox"
	"recourse/evidence/verify"
	"recourse/recovery"
)

// bagDossier builds the dossier of a bag again, without server or database.
type bagDossier struct {
	bag   string
	fonts string // folder; if empty, it is searched
	key   string // that must have signed the bag; empty for any
}

// writeDossier verifies the bag, builds its dossier without the seal and writes it
// to a new file.
func (o bagDossier) writeDossier(ctx context.Context, out string) error {
	file, err := os.Open(o.bag)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // opened for reading only
	f, fingerprint, err := o.readBag(file)
	if err != nil {
		return err
	}
	fonts, err := dossier.LoadFonts(o.fontFolder())
	if err != nil {
		return fmt.Errorf("%w; set their folder with --fonts", err)
	}
	decoder := decode.NewDecoder(sandbox.Local{Jobs: decode.Jobs(decode.Tools{Fonts: o.fontFolder(), Cache: decode.UserCache()})})
	return writeNewFile(out, func(w io.Writer) error {
		_, err := dossier.Build(w, f, dossier.Options{
			Fonts: fonts, Fingerprint: fingerprint, RenderPage: decoder.PageRenderer(ctx), ReadPDF: decoder.TextReader(ctx),
		})
		return err
	})
}

// readBag returns the content of the dossier and the fingerprint of the bag.
func (o bagDossier) readBag(file *os.File) (folio.Folio, string, error) {
	info, err := file.Stat()
	if err != nil {
		return folio.Folio{}, "", err
	}
	summary, err := verify.Options{Key: o.key}.Reader(file, info.Size())
	if err != nil {
		return folio.Folio{}, "", fmt.Errorf("%s does not verify, so its dossier is not built: %w; "+
			"get the bag again and check it with recourse verify", o.bag, err)
	}
	if summary.Audience != string(recovery.ForArchive) {
		return folio.Folio{}, "", fmt.Errorf("%s is for the audience %q, but only a bag for the archive has the content of a dossier; "+
			"export the case for the archive and use that bag", o.bag, summary.Audience)
	}
	f, err := bag.Read(file, info.Size())
	if err != nil {
		return folio.Folio{}, "", err
	}
	if f.Stamp != nil && summary.Stamp != nil {
		if f.Stamp.At, err = time.Parse(time.RFC3339, summary.Stamp.At); err != nil {
			return folio.Folio{}, "", err
		}
	}
	return folio.RestorePapers(f), summary.Fingerprint, nil
}

func (o bagDossier) fontFolder() string {
	if o.fonts != "" {
		return o.fonts
	}
	return dossier.FindFonts(".")
}

// writeNewFile creates a file and removes it if fill fails.
func writeNewFile(path string, fill func(io.Writer) error) error {
	target, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%w; choose another with --out", err)
	}
	if err != nil {
		return err
	}
	if err := errors.Join(fill(target), target.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}
