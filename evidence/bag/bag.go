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

// Result tells what was written. Digests are lower-case hex SHA-256.
type Result struct {
	SHA256      string // of the zip
	Size        int64  // of the zip, bytes
	Fingerprint string // of manifest-sha256.txt, as on the dossier's cover
	Dossier     string // of dossier.pdf
}

// Fingerprint is the hex SHA-256 of the bag's manifest-sha256.txt, which names
// every file of the payload. The dossier is not part of the payload, because its
// cover prints the fingerprint.
func (p *Plan) Fingerprint() string { return digest(p.manifest) }

// Write streams the bag as a zip. Each original is checked against its digest
// while it is written. Discard the output if Write fails.
func (p *Plan) Write(ctx context.Context, w io.Writer, dossier func() (io.ReadCloser, error)) (Result, error) {
	f := p.folio
	out := &counter{w: w, hash: sha256.New()}
	archive := &archive{ctx: ctx, zip: zip.NewWriter(out), folder: string(f.Case.Number), at: f.At}
	tags, err := writeFiles(archive, p, dossier)
	if err != nil {
		return Result{}, fmt.Errorf("bag of %s: %w", f.Case.Number, err)
	}
	if err := closeTags(archive, f, tags); err != nil {
		return Result{}, fmt.Errorf("bag of %s: %w", f.Case.Number, err)
	}
	return Result{
		SHA256: hex.EncodeToString(out.hash.Sum(nil)), Size: out.size,
		Fingerprint: p.Fingerprint(), Dossier: tags[dossierPath],
	}, nil
}

// writeFiles writes everything but the tag manifest and gives the digests of
// the tag files. The order is the one in which people look.
func writeFiles(a *archive, p *Plan, dossier func() (io.ReadCloser, error)) (map[string]string, error) {
	tags := map[string]string{}
	for _, tag := range p.tags {
		if err := a.add(tag); err != nil {
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
		if err := a.add(part); err != nil {
			return nil, err
		}
	}
	return tags, nil
}

// closeTags writes what covers the tag files, and the seal over it.
func closeTags(a *archive, f folio.Folio, tags map[string]string) error {
	manifest := manifestOf(tags)
	if err := a.add(fixed("tagmanifest-sha256.txt", manifest)); err != nil {
		return err
	}
	if f.Seal != nil {
		seal, err := f.Seal(SealText(f.Case.ID, manifest))
		if err != nil {
			return fmt.Errorf("seal: %w", err)
		}
		if err := a.add(fixed(sealPath, []byte(seal))); err != nil {
			return err
		}
	}
	return a.zip.Close()
}

// counter hashes and counts what passes.
type counter struct {
	w    io.Writer
	hash hash.Hash
	size int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.hash.Write(p[:n])
	c.size += int64(n)
	return n, err
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
