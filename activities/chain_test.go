package activities

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// chains is the number of random journeys.
const chains = 3_000

// TestRandomJourneysKeepTheChain writes random journeys of actions and passed
// deadlines as the activities would, and recomputes each journal's tree from its
// entries by RFC 6962 §2.1.
func TestRandomJourneysKeepTheChain(t *testing.T) {
	t.Parallel()
	for seed := range uint64(chains) {
		draw := rand.New(rand.NewPCG(seed, 1))
		if err := chain(draw); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

func chain(draw *rand.Rand) error {
	c := caseIn(recovery.PrivateContact)
	c.Position = recovery.StartPosition(recovery.Case{
		Amount: 100_000, Group: recovery.Group{Kind: recovery.FamilyGroup, Size: 9}, Counterparts: c.Counterparts,
	}, recovery.Terms{RefundAhead: draw.IntN(2) == 0, FourEyes: recovery.Money(draw.IntN(2) * 50_000)})
	head, salts := journal.NewHead(), rand.NewChaCha8([32]byte{byte(draw.IntN(256))})
	var leaves [][32]byte
	for n := range 12 {
		s, taken := nextStep(draw, c, n)
		if !taken {
			continue
		}
		for _, draft := range s.buildDrafts() {
			root := rootOf(leaves)
			record, err := journal.AppendEntry(head, "c", draft, salts)
			if err != nil {
				return err
			}
			entry, err := journal.ParseEntry(record.Bytes)
			if err != nil {
				return err
			}
			if entry.Prev != hex.EncodeToString(root[:]) || record.Seq != int64(len(leaves)+1) {
				return fmt.Errorf("entry %d %s does not follow what stands before it", record.Seq, record.Kind)
			}
			leaves = append(leaves, sha256.Sum256(append([]byte{0}, record.Bytes...)))
		}
		c.Position = s.next()
	}
	if root := rootOf(leaves); head.RootHex() != hex.EncodeToString(root[:]) {
		return fmt.Errorf("the head's root is not that of its %d entries", len(leaves))
	}
	return nil
}

// nextStep draws an action or a passed deadline.
func nextStep(draw *rand.Rand, c recovery.Case, n int) (entryBuilder, bool) {
	s := entryBuilder{before: c, now: noon.Add(time.Duration(n) * time.Hour), version: "1"}
	s.input = StepInput{CaseID: "c", Key: fmt.Sprintf("step:%d", n)}
	if clocks := c.Position.AllClocks(); draw.IntN(3) == 0 && len(clocks) > 0 {
		run := clocks[draw.IntN(len(clocks))]
		s.input.Step, s.input.Because, s.input.Ref = c.Position.PassDeadline(run.Clock, run.Ref), run.Clock, run.Ref
		return s, true
	}
	role := recovery.Roles[draw.IntN(len(recovery.Roles))]
	allowed := c.Position.Allowed(role)
	if len(allowed) == 0 {
		return s, false
	}
	act := drawAct(draw, allowed[draw.IntN(len(allowed))])
	move := act.Command(recovery.Actor{Role: role, ID: "a"}, recovery.RequestID(s.input.Key))
	step, err := c.Position.Take(move)
	s.request = recovery.ActionRequest{ID: move.RequestID, Act: act}
	s.input.Step, s.input.Command = step, &move
	return s, err == nil
}

func drawAct(draw *rand.Rand, action recovery.Action) recovery.ActionBody {
	amount := recovery.Money(1 + draw.IntN(120_000))
	responses := recovery.Responses
	return recovery.ActionBody{
		Action: action, CounterpartID: "a", Amount: &amount, Text: "请退还", Kind: string(responses[draw.IntN(len(responses))]),
		To: recovery.Stages[draw.IntN(len(recovery.Stages))], Decision: recovery.Decisions[draw.IntN(len(recovery.Decisions))],
		Route: recovery.Routes[draw.IntN(len(recovery.Routes))], Outcome: recovery.Unrecovered, No: 1,
		Instalments: []recovery.Instalment{{DueOn: "2026-04-01", Amount: 100_000}},
	}
}

// rootOf is the Merkle tree hash of RFC 6962 §2.1.
func rootOf(leaves [][32]byte) [32]byte {
	switch len(leaves) {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return leaves[0]
	}
	split := 1
	for split*2 < len(leaves) {
		split *= 2
	}
	left, right := rootOf(leaves[:split]), rootOf(leaves[split:])
	return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
}
