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

// Report describes a seal.
type Report struct {
	Signer      string     // common name of the certificate
	Fingerprint string     // hex SHA-256 of the root's certificate
	Development bool       // the documents must print DevelopmentNotice
	StampedAt   *time.Time // time of the time stamp, nil without an authority
	Size        int64      // of the sealed file, bytes
	SHA256      string     // of the sealed file, hex
}

// Sealer seals PDFs. Without a Stamper, a seal has no time stamp and only the time
// that the signer claims.
type Sealer struct {
	Identity *Identity
	Stamper  Stamper
}

// Bytes reserved for the signature and for its time stamp. Tokens of real authorities
// contain up to four certificates.
const (
	signatureRoom = 4 << 10
	tokenRoom     = 20 << 10
)

// SealPDF writes the PDF with a seal. It reads the PDF twice and copies it unchanged;
// memory use does not depend on its size. The seal contains at as the time the
// signer claims. Discard the output after an error. If the authority fails, the
// error is a *recovery.Fault with CodeUnavailable.
func (s *Sealer) SealPDF(ctx context.Context, w io.Writer, in io.ReaderAt, size int64, at time.Time) (Report, error) {
	before, err := readRevision(in, size)
	if err != nil {
		return Report{}, fmt.Errorf("seal: %w", err)
	}
	promised, err := s.newSealInfo(at)
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
	report := Report{Signer: s.Identity.CommonName(), Fingerprint: s.Identity.Fingerprint(), Development: s.Identity.IsDevelopment()}
	cms, err := s.signFile(ctx, [sha256.Size]byte(covered.Sum(nil)), at, &report)
	if err != nil {
		return Report{}, fmt.Errorf("seal: %w", err)
	}
	if len(cms) > u.signatureRoom {
		return Report{}, fmt.Errorf("seal: the signature has %d bytes, but only %d are reserved for it", len(cms), u.signatureRoom)
	}
	whole := sha256.New()
	out := io.MultiWriter(w, whole)
	if err := copyUnsigned(ctx, out, in, size); err != nil {
		return Report{}, fmt.Errorf("seal: %w", err)
	}
	if _, err := out.Write(u.withSignature(cms)); err != nil {
		return Report{}, fmt.Errorf("seal: %w", err)
	}
	report.Size, report.SHA256 = size+u.totalSize(), hex.EncodeToString(whole.Sum(nil))
	return report, nil
}

// signFile returns the CMS message over the digest of the signed bytes, with a time
// stamp if there is a Stamper.
func (s *Sealer) signFile(ctx context.Context, digest [sha256.Size]byte, at time.Time, report *Report) ([]byte, error) {
	signing, err := s.Identity.signDigest(digest)
	if err != nil {
		return nil, err
	}
	if s.Stamper == nil {
		return signing.encodeCMS(nil)
	}
	stamp, err := s.Stamper.Stamp(ctx, sha256.Sum256(signing.value), at)
	if err != nil {
		return nil, err
	}
	report.StampedAt = &stamp.At
	return signing.encodeCMS(stamp.Token)
}

// newSealInfo returns the description of the seal, which is part of the signed bytes.
func (s *Sealer) newSealInfo(at time.Time) (sealInfo, error) {
	p := sealInfo{at: at, name: s.Identity.CommonName(), signatureRoom: signatureRoom}
	for _, certificate := range s.Identity.chain {
		p.signatureRoom += len(certificate.Raw)
	}
	if s.Stamper == nil {
		return p, nil
	}
	roots, err := parseCertificates(s.Stamper.RootsPEM())
	if err != nil {
		return p, fmt.Errorf("certificates of the time-stamping authority: %w", err)
	}
	p.stamped, p.roots, p.signatureRoom = true, roots, p.signatureRoom+tokenRoom
	return p, nil
}

type sealInfo struct {
	at            time.Time
	name          string
	stamped       bool
	roots         []*x509.Certificate // of the time stamp
	signatureRoom int
}

// errAlreadySigned is returned for a file with a signature, or with the keyword by
// which readers find one.
var errAlreadySigned = errors.New("the PDF already has a signature")

// copyUnsigned copies the file. It fails if the file has a signature.
func copyUnsigned(ctx context.Context, w io.Writer, in io.ReaderAt, size int64) error {
	const chunk = 256 << 10
	buffer := make([]byte, chunk)
	keep := len(byteRangeMark) - 1
	for at := int64(0); ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		part := buffer[:min(chunk, size-at)]
		if n, err := in.ReadAt(part, at); n < len(part) {
			return fmt.Errorf("reading: %w", err)
		}
		if bytes.Contains(part, byteRangeMark) {
			return errAlreadySigned
		}
		last := at+int64(len(part)) == size
		if !last {
			part = part[:chunk-keep] // the next part starts with the rest
		}
		if _, err := w.Write(part); err != nil || last {
			return err
		}
		at += int64(len(part))
	}
}

// encodeTextString returns a PDF text string in UTF-16 (ISO 32000-1 §7.9.2.2).
func encodeTextString(text string) string {
	var out bytes.Buffer
	out.WriteString("<FEFF")
	for _, unit := range utf16.Encode([]rune(text)) {
		fmt.Fprintf(&out, "%04X", unit)
	}
	out.WriteString(">")
	return out.String()
}
