package bag

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"

	"recourse/evidence/folio"
)

// Result describes the written bag. Digests are lower-case hex SHA-256.
type Result struct {
	SHA256      string // of the zip
	Size        int64  // of the zip, bytes
	Fingerprint string // of manifest-sha256.txt, as printed on the dossier's cover
	Dossier     string // of dossier.pdf
}

// Fingerprint returns the hex SHA-256 of manifest-sha256.txt, which lists every file
// of the payload. The dossier is not in the payload because its cover prints the
// fingerprint.
func (p *Plan) Fingerprint() string { return hexDigest(p.manifest) }

// Write streams the bag as a zip. It checks the digest of each original while
// writing. Discard the output if Write fails.
func (p *Plan) Write(ctx context.Context, w io.Writer, dossier func() (io.ReadCloser, error)) (Result, error) {
	f := p.folio
	out := &hashingWriter{w: w, hash: sha256.New()}
	archive := &archiveWriter{ctx: ctx, zip: zip.NewWriter(out), folder: string(f.Case.Number), at: f.At}
	tags, err := writeFiles(archive, p, dossier)
	if err != nil {
		return Result{}, fmt.Errorf("bag of %s: %w", f.Case.Number, err)
	}
	if err := writeTagManifest(archive, f, tags); err != nil {
		return Result{}, fmt.Errorf("bag of %s: %w", f.Case.Number, err)
	}
	return Result{
		SHA256: hex.EncodeToString(out.hash.Sum(nil)), Size: out.size,
		Fingerprint: p.Fingerprint(), Dossier: tags[dossierPath],
	}, nil
}

// writeFiles writes everything except the tag manifest and the seal, and returns
// the digests of the tag files. The files that people open first come first.
func writeFiles(a *archiveWriter, p *Plan, dossier func() (io.ReadCloser, error)) (map[string]string, error) {
	tags := map[string]string{}
	for _, tag := range p.tags {
		if err := a.addPart(tag); err != nil {
			return nil, err
		}
		tags[tag.path] = tag.sha256
	}
	sum, err := a.addDossier(dossier)
	if err != nil {
		return nil, err
	}
	tags[dossierPath] = sum
	for _, part := range p.payload {
		if err := a.addPart(part); err != nil {
			return nil, err
		}
	}
	return tags, nil
}

// writeTagManifest writes the tag manifest and the seal over it, and closes the zip.
func writeTagManifest(a *archiveWriter, f folio.Folio, tags map[string]string) error {
	manifest := formatManifest(tags)
	if err := a.addPart(partFromBytes("tagmanifest-sha256.txt", manifest)); err != nil {
		return err
	}
	if f.Seal != nil {
		seal, err := f.Seal(SealText(f.Case.ID, manifest))
		if err != nil {
			return fmt.Errorf("seal: %w", err)
		}
		if err := a.addPart(partFromBytes(sealPath, []byte(seal))); err != nil {
			return err
		}
	}
	return a.zip.Close()
}

// hashingWriter hashes and counts the written bytes.
type hashingWriter struct {
	w    io.Writer
	hash hash.Hash
	size int64
}

func (c *hashingWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.hash.Write(p[:n])
	c.size += int64(n)
	return n, err
}

func hexDigest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
