package activities_test

import (
	"os"
	"testing"
	"time"

	"recourse/evidence/folio"
	"recourse/evidence/verify"
	"recourse/recovery"
)

// wantLater expects both verifiers to accept a bag, and that it contains an earlier one.
func (b *exportFixture) wantLater(later, earlier recovery.Export) {
	b.Helper()
	if _, err := (verify.Options{}).SupersetOf(b.path(later, folio.BagFile), b.path(earlier, folio.BagFile)); err != nil {
		b.Errorf("the bag for the %s: %v", later.Audience, err)
	}
	folder := b.unpacked(later)
	b.run(folder, "sh", "verify.sh")
	b.run(folder, "sh", "verify.sh", "--superset-of", b.unpacked(earlier), folder)
	if later.Audience == recovery.ForArchive {
		b.wantOffline(later)
	}
}

func (b *exportFixture) exportAll() (list []recovery.Export) {
	b.Helper()
	for _, audience := range []recovery.Audience{recovery.ForArchive, recovery.ForCourt} {
		list = append(list, b.wantState(b.request(audience), recovery.ExportReady))
	}
	return list
}

// TestBagsOfAnAmendedCase: late facts, and an addition that was taken back, leave every
// earlier bag a part of the later one, and the papers can be built from the bag.
func TestBagsOfAnAmendedCase(t *testing.T) {
	t.Parallel()
	b := newSealing(t)
	b.keep(recovery.ChatScreenshot, "chat")
	amount, share, added := recovery.Money(150_000), recovery.Money(30_000), recovery.CounterpartID(newID())
	before := b.exportAll()
	for _, act := range []recovery.ActionBody{
		{Action: recovery.AmendFacts, Amount: &amount, TransactionNo: new("1000077"), Instrument: recovery.LuckyPacket},
		{Action: recovery.AddCounterpart, CounterpartID: added, Alias: "后来的小陈", Claimed: &share},
		{Action: recovery.RenameCounterpart, CounterpartID: b.filed.Counterparts[0].ID, Alias: "李立"},
		{Action: recovery.RecordShare, CounterpartID: b.filed.Counterparts[1].ID, Claimed: &share},
		{Action: recovery.AmendFacts, CounterpartID: b.filed.Counterparts[0].ID, ShareTakenAt: new(b.filed.SentAt.Add(time.Minute))},
	} {
		b.take(b.stage(act, recovery.RoleAgent))
	}
	if c := b.current(); c.Amount != amount || c.TransactionNo != "1000077" || len(c.Counterparts) != 3 || c.Counterparts[0].Alias != "李立" {
		t.Fatalf("the case is %+v", c)
	}
	amended := b.exportAll()
	entries, err := b.store.EntriesOfKind(t.Context(), b.filed.ID, recovery.EntryCounterpartAdded)
	b.must(err)
	in := b.stage(recovery.ActionBody{Action: recovery.Correct, Seq: entries[0].Record.Seq, Reason: "没有领取"}, recovery.RoleSupervisor)
	if _, err := b.cases.CorrectEntry(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	corrected := b.exportAll()
	for i := range before {
		b.wantLater(amended[i], before[i])
		b.wantLater(corrected[i], amended[i])
		b.wantLater(corrected[i], before[i])
	}
	raw, err := os.ReadFile(b.path(before[0], folio.BagFile))
	b.must(err)
	if _, err := (verify.Options{}).SupersetOf(b.write("earlier.zip", raw), b.path(amended[0], folio.BagFile)); err == nil {
		t.Error("an earlier bag contains the later one")
	}
}
