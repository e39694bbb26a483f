package seal

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"
	"unicode/utf16"
)

// Report tells what a seal is.
type Report struct {
	Signer      string     // common name of the certificate
	Fingerprint string     // hex SHA-256 of the root's certificate
	Development bool       // made for trying out: the papers must say DevelopmentNotice
	StampedAt   *time.Time // outside time, nil without an authority
	Size        int64      // of the sealed file, bytes
	SHA256      string     // of the sealed file, hex
}

// Sealer seals PDFs. Without a Stamper the seal carries no outside time, and
// says only what the machine's clock said.
type Sealer struct {
	Identity *Identity
	Stamper  Stamper
}

// room is what the signature may take in the file, in bytes: tokens of real
// authorities carry up to four certificates.
const (
	room        = 4 << 10
	roomOfToken = 20 << 10
)

// PDF writes the sealed form of a PDF of a given size. The bytes are read twice
// and copied as they are; memory does not grow with them. At is written into the
// seal as the time the signer claims. What was written before an error is to be
// thrown away. A failing authority is a *recovery.Fault with CodeUnavailable.
func (s *Sealer) PDF(ctx context.Context, w io.Writer, in io.ReaderAt, size int64, at time.Time) (Report, error) {
	before, err := readRevision(in, size)
	if err != nil {
		return Report{}, fmt.Errorf("seal: %w", err)
	}
	promised, err := s.promise(at)
	if err != nil {
		return Report{}, fmt.Errorf("seal: %w", err)
	}
	u := newUpdate(before, promised)
	covered := sha256.New()
	if err := copyUnsigned(ctx, covered, in, size); err != nil {
		return Report{}, fmt.Errorf("seal: %w", err)
	}
	covered.Write(u.head)
	covered.Write(u.tail)
	report := Report{Signer: s.Identity.Name(), Fingerprint: s.Identity.Fingerprint(), Development: s.Identity.Development()}
	cms, err := s.sign(ctx, [sha256.Size]byte(covered.Sum(nil)), at, &report)
	if err != nil {
		return Report{}, fmt.Errorf("seal: %w", err)
	}
	if len(cms) > u.room {
		return Report{}, fmt.Errorf("seal: the signature takes %d bytes, and only %d were kept for it", len(cms), u.room)
	}
	whole := sha256.New()
	out := io.MultiWriter(w, whole)
	if err := copyUnsigned(ctx, out, in, size); err != nil {
		return Report{}, fmt.Errorf("seal: %w", err)
	}
	if _, err := out.Write(u.bytes(cms)); err != nil {
		return Report{}, fmt.Errorf("seal: %w", err)
	}
	report.Size, report.SHA256 = size+u.size(), hex.EncodeToString(whole.Sum(nil))
	return report, nil
}

func (s *Sealer) sign(ctx context.Context, digest [sha256.Size]byte, at time.Time, report *Report) ([]byte, error) {
	signing, err := s.Identity.sign(digest)
	if err != nil {
		return nil, err
	}
	if s.Stamper == nil {
		return signing.cms(nil)
	}
	stamp, err := s.Stamper.Stamp(ctx, sha256.Sum256(signing.signature), at)
	if err != nil {
		return nil, err
	}
	report.StampedAt = &stamp.At
	return signing.cms(stamp.Token)
}

// promise is what the seal says of itself inside what it signs.
func (s *Sealer) promise(at time.Time) (promise, error) {
	p := promise{at: at, name: s.Identity.Name(), room: room}
	for _, certificate := range s.Identity.chain {
		p.room += len(certificate.Raw)
	}
	if s.Stamper == nil {
		return p, nil
	}
	roots, err := parseCertificates(s.Stamper.Roots())
	if err != nil {
		return p, fmt.Errorf("certificates of the time-stamping authority: %w", err)
	}
	p.stamped, p.roots, p.room = true, roots, p.room+roomOfToken
	return p, nil
}

type promise struct {
	at      time.Time
	name    string
	stamped bool
	roots   []*x509.Certificate // where the stamp must lead
	room    int
}

// errSigned refuses a file that carries a signature, or the word readers find
// one by.
var errSigned = errors.New("the PDF carries a signature already")

// copyUnsigned copies the file through, and stops at the mark of a signature.
func copyUnsigned(ctx context.Context, w io.Writer, in io.ReaderAt, size int64) error {
	const chunk = 256 << 10
	buffer := make([]byte, chunk)
	keep := len(signedMark) - 1
	for at := int64(0); ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		part := buffer[:min(chunk, size-at)]
		if n, err := in.ReadAt(part, at); n < len(part) {
			return fmt.Errorf("reading: %w", err)
		}
		if bytes.Contains(part, signedMark) {
			return errSigned
		}
		last := at+int64(len(part)) == size
		if !last {
			part = part[:chunk-keep] // the rest begins the next part
		}
		if _, err := w.Write(part); err != nil || last {
			return err
		}
		at += int64(len(part))
	}
}

// textString is a PDF text string in UTF-16 (ISO 32000-1 §7.9.2.2).
func textString(text string) string {
	var out bytes.Buffer
	out.WriteString("<FEFF")
	for _, unit := range utf16.Encode([]rune(text)) {
		fmt.Fprintf(&out, "%04X", unit)
	}
	out.WriteString(">")
	return out.String()
}
