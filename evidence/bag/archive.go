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

// part is one file of the bag. Its digest and size are known in advance and
// checked while it is written.
type part struct {
	path         string
	sha256       string
	size         int64
	uncompressed bool // because it is already compressed: image, video, PDF
	write        func(io.Writer) error
}

// partFromBytes returns a part with these bytes.
func partFromBytes(path string, data []byte) part {
	return part{path: path, sha256: hexDigest(data), size: int64(len(data)), write: func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	}}
}

// archiveWriter writes parts into one folder of a zip. All get the time of the folio.
type archiveWriter struct {
	ctx    context.Context
	zip    *zip.Writer
	folder string
	at     time.Time
}

func (a *archiveWriter) createFile(path string, stored bool) (io.Writer, error) {
	header := &zip.FileHeader{Name: a.folder + "/" + path, Method: zip.Deflate, Modified: a.at.UTC().Truncate(time.Second)}
	if stored {
		header.Method = zip.Store
	}
	header.SetMode(0o644)
	return a.zip.CreateHeader(header)
}

func (a *archiveWriter) addPart(p part) error {
	w, err := a.createFile(p.path, p.uncompressed)
	if err != nil {
		return err
	}
	out := &hashingWriter{w: contextWriter{a.ctx, w}, hash: sha256.New()}
	if err := p.write(out); err != nil {
		return fmt.Errorf("%s: %w", p.path, err)
	}
	if sum := hex.EncodeToString(out.hash.Sum(nil)); sum != p.sha256 || out.size != p.size {
		return fmt.Errorf("%s: the stored bytes differ from the recorded ones: they are %d bytes with SHA-256 %s", p.path, out.size, sum)
	}
	return nil
}

func (a *archiveWriter) addDossier(open func() (io.ReadCloser, error)) (string, error) {
	w, err := a.createFile(dossierPath, true)
	if err != nil {
		return "", err
	}
	out := &hashingWriter{w: contextWriter{a.ctx, w}, hash: sha256.New()}
	if err := copyFrom(out, open); err != nil {
		return "", fmt.Errorf("%s: %w", dossierPath, err)
	}
	return hex.EncodeToString(out.hash.Sum(nil)), nil
}

// copyFrom opens a stream, copies it to w and closes it.
func copyFrom(w io.Writer, open func() (io.ReadCloser, error)) error {
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

// contextWriter fails when its context ends.
type contextWriter struct {
	ctx context.Context
	w   io.Writer
}

func (p contextWriter) Write(data []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.w.Write(data)
}
