package activities

import (
	"context"
	"fmt"
	"io"
	"os"

	"go.temporal.io/sdk/activity"

	"recourse/evidence/folio"
	"recourse/evidence/seal"
	"recourse/recovery"
)

// sealFile seals the dossier at one path into a file at another and returns its
// digest. If the time stamp authority does not answer, the seal has no stamp.
func (a *Exports) sealFile(ctx context.Context, plain, sealed string, f folio.Folio) (digest string, err error) {
	write := func(stamp bool) (string, error) {
		return writeFile(sealed, func(w io.Writer) error { return a.writeSealed(ctx, w, plain, f, stamp) })
	}
	digest, err = write(f.Stamp != nil)
	if recovery.CodeOf(err) == recovery.CodeUnavailable && ctx.Err() == nil {
		activity.GetLogger(ctx).Warn("the seal of a dossier has no time stamp", "case", f.Case.ID, "error", err)
		digest, err = write(false)
	}
	return digest, err
}

// writeSealed copies a dossier with its seal, or unchanged if this installation
// has no identity to seal with. With stamp, the seal has a time stamp. Callers
// request one only if the checkpoint got one, so that an authority that does not
// answer delays the export once.
func (a *Exports) writeSealed(ctx context.Context, w io.Writer, plain string, f folio.Folio, stamp bool) error {
	file, err := os.Open(plain)
	if err != nil {
		return err
	}
	defer file.Close()
	if a.Custody.Identity == nil {
		_, err = io.Copy(w, file)
		return err
	}
	info, err := file.Stat()
	if err != nil {
		return err
	}
	sealer := &seal.Sealer{Identity: a.Custody.Identity}
	if stamp {
		sealer.Stamper = a.Stamps
	}
	if _, err := sealer.SealPDF(ctx, w, file, info.Size(), f.At); err != nil {
		return fmt.Errorf("case %s: %w", f.Case.ID, err)
	}
	return nil
}
