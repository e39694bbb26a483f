package bag

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"time"
)

// part is one file of the bag. Its digest and size are known before it is
// written, and checked while it is.
type part struct {
	path   string
	sha256 string
	size   int64
	stored bool // compressed already: image, video, PDF
	write  func(io.Writer) error
}

// fixed is a part whose bytes are at hand.
func fixed(path string, data []byte) part {
	return part{path: path, sha256: digest(data), size: int64(len(data)), write: func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	}}
}

// archive writes parts into one folder of a zip, all with the folio's time.
type archive struct {
	ctx    context.Context
	zip    *zip.Writer
	folder string
	at     time.Time
}

func (a *archive) create(path string, stored bool) (io.Writer, error) {
	header := &zip.FileHeader{Name: a.folder + "/" + path, Method: zip.Deflate, Modified: a.at.UTC().Truncate(time.Second)}
	if stored {
		header.Method = zip.Store
	}
	header.SetMode(0o644)
	return a.zip.CreateHeader(header)
}

func (a *archive) add(p part) error {
	w, err := a.create(p.path, p.stored)
	if err != nil {
		return err
	}
	out := &counter{w: patient{a.ctx, w}, hash: sha256.New()}
	if err := p.write(out); err != nil {
		return fmt.Errorf("%s: %w", p.path, err)
	}
	if sum := hex.EncodeToString(out.hash.Sum(nil)); sum != p.sha256 || out.size != p.size {
		return fmt.Errorf("%s: the stored bytes are not those on record: %d bytes with SHA-256 %s", p.path, out.size, sum)
	}
	return nil
}

func (a *archive) addDossier(open func() (io.ReadCloser, error)) (string, error) {
	w, err := a.create(dossierPath, true)
	if err != nil {
		return "", err
	}
	out := &counter{w: patient{a.ctx, w}, hash: sha256.New()}
	if err := stream(out, open); err != nil {
		return "", fmt.Errorf("%s: %w", dossierPath, err)
	}
	return hex.EncodeToString(out.hash.Sum(nil)), nil
}

func stream(w io.Writer, open func() (io.ReadCloser, error)) error {
	r, err := open()
	if err != nil {
		return err
	}
	if _, err := io.Copy(w, r); err != nil {
		_ = r.Close()
		return err
	}
	return r.Close()
}

// patient stops writing when its context ends.
type patient struct {
	ctx context.Context
	w   io.Writer
}

func (p patient) Write(data []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.w.Write(data)
}
