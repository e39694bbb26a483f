package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"recourse/evidence/bag"
	"recourse/evidence/dossier"
	"recourse/evidence/folio"
	"recourse/evidence/verify"
	"recourse/recovery"
)

// offline sets the dossier of a bag again, with neither server nor database.
type offline struct {
	bag   string
	fonts string // folder; "" looks for it
	key   string // that must have signed the bag; "" takes any
}

// write verifies the bag, sets its dossier as it was before the seal, and writes
// it to a file that must not be there yet.
func (o offline) write(out string) error {
	file, err := os.Open(o.bag)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // only read from
	f, fingerprint, err := o.read(file)
	if err != nil {
		return err
	}
	fonts, err := dossier.LoadFonts(o.fontFolder())
	if err != nil {
		return fmt.Errorf("%w; name their folder with --fonts", err)
	}
	return created(out, func(w io.Writer) error {
		_, err := dossier.Build(w, fonts, f, fingerprint)
		return err
	})
}

// read gives what the dossier of a bag is made of, and its fingerprint.
func (o offline) read(file *os.File) (folio.Folio, string, error) {
	info, err := file.Stat()
	if err != nil {
		return folio.Folio{}, "", err
	}
	summary, err := verify.Options{Key: o.key}.Reader(file, info.Size())
	if err != nil {
		return folio.Folio{}, "", fmt.Errorf("%s does not verify, so no dossier is made of it: %w; "+
			"fetch the bag again and look with recourse verify", o.bag, err)
	}
	if summary.Audience != string(recovery.ForArchive) {
		return folio.Folio{}, "", fmt.Errorf("%s is for the audience %q, and what a dossier is made of lies in a bag for the archive only; "+
			"export the case for the archive and give that bag", o.bag, summary.Audience)
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

func (o offline) fontFolder() string {
	if o.fonts != "" {
		return o.fonts
	}
	return dossier.FindFonts(".")
}

// created fills a new file, and leaves none behind when that fails.
func created(path string, fill func(io.Writer) error) error {
	target, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%w; name another with --out", err)
	}
	if err != nil {
		return err
	}
	if err := errors.Join(fill(target), target.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}
