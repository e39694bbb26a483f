package activities

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"go.temporal.io/sdk/activity"

	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/evidence/seal"
	"recourse/recovery"
)

// vouch fills in what makes a folio's papers checkable by others: the key that
// signed the checkpoint and those before it, the earlier checkpoints, outside
// time, and by whom the dossier will be sealed.
func (a *Exports) vouch(ctx context.Context, f *folio.Folio, checkpoint journal.Checkpoint) error {
	keys := a.Custody.Keys
	vkey, err := keys.KeyOf(checkpoint.Note)
	if err != nil {
		return broken(reasonJournal, err)
	}
	signer, err := keys.Of(vkey)
	if err != nil {
		return broken(reasonBuild, err)
	}
	earlier, err := a.Archive.CheckpointsOf(ctx, f.Case.ID, checkpoint.Size)
	if err != nil {
		return err
	}
	f.Checkpoint, f.Root = checkpoint.Note, checkpoint.Root
	f.Key, f.Seal, f.Keys = vkey, signer.Seal, keys.History()
	for _, one := range earlier {
		f.Earlier = append(f.Earlier, folio.Checkpoint{Size: one.Size, Note: one.Note, Stamp: stampOf(one)})
	}
	f.Stamp = stampOf(a.stamped(ctx, f, checkpoint))
	a.keepStamps(f)
	if a.Custody.Identity != nil {
		f.SealedBy, f.Development = a.Custody.Identity.Name(), a.Custody.Identity.Development()
	}
	return nil
}

// keepStamps names the certificates stamps lead to. When no authority is set any
// more, stamps of earlier days stay out: nothing would say whom they lead to.
func (a *Exports) keepStamps(f *folio.Folio) {
	if a.Stamps != nil {
		f.Roots = a.Stamps.Roots()
		return
	}
	f.Stamp = nil
	for i := range f.Earlier {
		f.Earlier[i].Stamp = nil
	}
}

func stampOf(c journal.Checkpoint) *folio.Stamp {
	if c.StampedAt == nil {
		return nil
	}
	return &folio.Stamp{Token: c.Token, At: *c.StampedAt}
}

// stamped asks for outside time for the export's own checkpoint, if it has none
// yet. Papers do not wait for an authority that is away: they say that they lack
// its time.
func (a *Exports) stamped(ctx context.Context, f *folio.Folio, c journal.Checkpoint) journal.Checkpoint {
	if a.Stamps == nil || c.StampedAt != nil || len(f.Entries) == 0 {
		return c
	}
	newest, err := time.Parse(time.RFC3339Nano, f.Entries[len(f.Entries)-1].Parsed.At)
	if err == nil {
		due := journal.PendingStamp{CaseID: f.Case.ID, Size: c.Size, Note: c.Note, Newest: newest}
		var stamped journal.Checkpoint
		if stamped, err = a.Stamps.One(ctx, due); err == nil {
			return stamped
		}
	}
	activity.GetLogger(ctx).Warn("an export goes without outside time", "case", f.Case.ID, "error", err)
	return c
}

// seal writes a dossier in its sealed form, or as it is when nobody seals. It
// asks for outside time only when the checkpoint got it: an authority that is
// away is waited for once.
func (a *Exports) seal(ctx context.Context, w io.Writer, path string, f folio.Folio, stamp bool) (err error) {
	file, err := os.Open(path)
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
	if _, err := sealer.PDF(ctx, w, file, info.Size(), f.At); err != nil {
		return fmt.Errorf("case %s: %w", f.Case.ID, err)
	}
	return nil
}

// sealed seals a dossier in a folder into another file there and gives its
// digest. When the authority falls silent now, the seal goes without its time.
func (a *Exports) sealed(ctx context.Context, plain, path string, f folio.Folio) (digest string, err error) {
	write := func(stamp bool) (string, error) {
		return writeFile(path, func(w io.Writer) error { return a.seal(ctx, w, plain, f, stamp) })
	}
	digest, err = write(f.Stamp != nil)
	if recovery.CodeOf(err) == recovery.CodeUnavailable && ctx.Err() == nil {
		activity.GetLogger(ctx).Warn("a dossier is sealed without outside time", "case", f.Case.ID, "error", err)
		digest, err = write(false)
	}
	return digest, err
}
