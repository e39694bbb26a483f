package worker_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	commonpb "go.temporal.io/api/common/v1"
	failurepb "go.temporal.io/api/failure/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"recourse/worker"
)

func key(t *testing.T, digit string) worker.Key {
	t.Helper()
	k, err := worker.ParseKey(strings.Repeat(digit, 64))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func codec(t *testing.T, namespace string, key worker.Key, older ...worker.Key) *worker.Codec {
	t.Helper()
	c, err := worker.NewCodec(namespace, key, older...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func bound(c *worker.Codec, workflowID string) converter.PayloadCodec {
	return c.WithSerializationContext(converter.WorkflowSerializationContext{Namespace: "ignored", WorkflowID: workflowID})
}

func payload(text string) []*commonpb.Payload {
	return []*commonpb.Payload{{
		Metadata: map[string][]byte{converter.MetadataEncoding: []byte("json/plain")}, Data: []byte(text),
	}}
}

func seal(t *testing.T, c converter.PayloadCodec, text string) []*commonpb.Payload {
	t.Helper()
	sealed, err := c.Encode(payload(text))
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func TestCodecRoundTrip(t *testing.T) {
	t.Parallel()
	c := bound(codec(t, "default", key(t, "1")), "case:1")
	rapid.Check(t, func(t *rapid.T) {
		var in []*commonpb.Payload
		for range rapid.IntRange(0, 3).Draw(t, "payloads") {
			in = append(in, &commonpb.Payload{
				Metadata: rapid.MapOf(rapid.StringMatching(`[a-z]{1,8}`), rapid.SliceOf(rapid.Byte())).Draw(t, "metadata"),
				Data:     rapid.SliceOf(rapid.Byte()).Draw(t, "data"),
			})
		}
		sealed, err := c.Encode(in)
		if err != nil {
			t.Fatal(err)
		}
		out, err := c.Decode(sealed)
		if err != nil || len(out) != len(in) {
			t.Fatalf("%d of %d payloads: %v", len(out), len(in), err)
		}
		for i := range in {
			if !proto.Equal(in[i], out[i]) {
				t.Fatalf("%v became %v", in[i], out[i])
			}
		}
	})
}

func TestCodecHidesAndNeverRepeats(t *testing.T) {
	t.Parallel()
	c := bound(codec(t, "default", key(t, "1")), "case:1")
	first, second := seal(t, c, "2000.00"), seal(t, c, "2000.00")
	if bytes.Contains(first[0].GetData(), []byte("2000")) {
		t.Error("the plain text shows")
	}
	if bytes.Equal(first[0].GetData(), second[0].GetData()) {
		t.Error("the same text gave the same ciphertext")
	}
}

func TestCodecRefuses(t *testing.T) {
	t.Parallel()
	one, two := key(t, "1"), key(t, "2")
	home := bound(codec(t, "default", one), "case:1")
	alter := func(change func(*commonpb.Payload)) []*commonpb.Payload {
		sealed := seal(t, home, "x")
		change(sealed[0])
		return sealed
	}
	for _, test := range []struct {
		name   string
		sealed []*commonpb.Payload
		reader converter.PayloadCodec
	}{
		{"another workflow", seal(t, home, "x"), bound(codec(t, "default", one), "case:2")},
		{"another namespace", seal(t, home, "x"), bound(codec(t, "other", one), "case:1")},
		{"another key", seal(t, home, "x"), bound(codec(t, "default", two), "case:1")},
		{"no workflow", seal(t, home, "x"), codec(t, "default", one)},
		{"plain text", payload("x"), home},
		{"another cipher", alter(func(p *commonpb.Payload) { p.Metadata["encryption-cipher"] = []byte("ROT13") }), home},
		{"an unknown key id", alter(func(p *commonpb.Payload) { p.Metadata["encryption-key-id"] = []byte("nobody") }), home},
		{"nothing", alter(func(p *commonpb.Payload) { p.Data = nil }), home},
		{"less than a nonce and a tag", alter(func(p *commonpb.Payload) { p.Data = p.Data[:20] }), home},
		{"cut by one byte", alter(func(p *commonpb.Payload) { p.Data = p.Data[:len(p.Data)-1] }), home},
		{"longer by one byte", alter(func(p *commonpb.Payload) { p.Data = append(p.Data, 0) }), home},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			opened, err := test.reader.Decode(test.sealed)
			if err == nil {
				t.Fatalf("it opened: %v", opened)
			}
			if strings.Contains(err.Error(), "1111") || strings.Contains(err.Error(), "2222") {
				t.Errorf("the error quotes a key: %v", err)
			}
		})
	}
}

func TestCodecFindsEveryFlippedBit(t *testing.T) {
	t.Parallel()
	c := bound(codec(t, "default", key(t, "1")), "case:1")
	sealed := seal(t, c, "2000.00")
	for i := range sealed[0].GetData() {
		for bit := range 8 {
			sealed[0].Data[i] ^= 1 << bit
			if _, err := c.Decode(sealed); err == nil {
				t.Fatalf("byte %d bit %d was flipped and it opened", i, bit)
			}
			sealed[0].Data[i] ^= 1 << bit
		}
	}
	if _, err := c.Decode(sealed); err != nil {
		t.Fatalf("whole again: %v", err)
	}
}

// TestCodecBindsUnambiguously: two sets of parts that run together alike are
// not the same.
func TestCodecBindsUnambiguously(t *testing.T) {
	t.Parallel()
	k := key(t, "1")
	sealed := seal(t, bound(codec(t, "ab", k), "c"), "x")
	if _, err := bound(codec(t, "a", k), "bc").Decode(sealed); err == nil {
		t.Error("it opened in another namespace and workflow of the same letters")
	}
}

func TestCodecAfterRotation(t *testing.T) {
	t.Parallel()
	before, after := key(t, "1"), key(t, "2")
	sealed := seal(t, bound(codec(t, "default", before), "case:1"), "x")
	rotated := bound(codec(t, "default", after, before), "case:1")
	opened, err := rotated.Decode(sealed)
	if err != nil || string(opened[0].GetData()) != "x" {
		t.Fatalf("an old payload: %v %v", opened, err)
	}
	if _, err := bound(codec(t, "default", before), "case:1").Decode(seal(t, rotated, "y")); err == nil {
		t.Error("a new payload is still under the old key")
	}
}

func TestCodecInActivities(t *testing.T) {
	t.Parallel()
	c := codec(t, "default", key(t, "1"))
	activity := c.WithSerializationContext(converter.ActivitySerializationContext{WorkflowID: "case:1", ActivityType: "TakeStep"})
	if _, err := bound(c, "case:1").Decode(seal(t, activity, "x")); err != nil {
		t.Errorf("a result of an activity does not open in its workflow: %v", err)
	}
}

// TestCodecWithoutWorkflow: the SDK may use a codec before it knows a workflow;
// what comes of that opens in none.
func TestCodecWithoutWorkflow(t *testing.T) {
	t.Parallel()
	c := codec(t, "default", key(t, "1"))
	sealed := seal(t, c, "x")
	if opened, err := c.Decode(sealed); err != nil || string(opened[0].GetData()) != "x" {
		t.Errorf("it does not open where it was made: %v", err)
	}
	if _, err := bound(c, "case:1").Decode(sealed); err == nil {
		t.Error("it opened in a workflow")
	}
	if _, err := worker.NewCodec("default", worker.Key{}); err == nil {
		t.Error("a codec without a key was made")
	}
}

func TestDataConverter(t *testing.T) {
	t.Parallel()
	type input struct {
		Amount int `json:"amount_fen"`
	}
	plain := codec(t, "default", key(t, "1")).DataConverter()
	dc := converter.WithDataConverterSerializationContext(plain, converter.WorkflowSerializationContext{WorkflowID: "case:1"})
	payloads, err := dc.ToPayloads(input{200_000})
	if err != nil {
		t.Fatal(err)
	}
	var out input
	if err := dc.FromPayloads(payloads, &out); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(input{200_000}, out); diff != "" {
		t.Error(diff)
	}
}

func TestFailureConverterHidesTexts(t *testing.T) {
	t.Parallel()
	plain := codec(t, "default", key(t, "1")).FailureConverter()
	fc := converter.WithFailureConverterSerializationContext(plain, converter.WorkflowSerializationContext{WorkflowID: "case:1"})
	failure := fc.ErrorToFailure(temporal.NewApplicationError("duplicate key value 王小满", "internal"))
	text, err := proto.Marshal(failure)
	if err != nil || bytes.Contains(text, []byte("王小满")) || bytes.Contains(text, []byte("duplicate")) {
		t.Errorf("the message shows: %v %v", failure, err)
	}
	other := converter.WithFailureConverterSerializationContext(plain, converter.WorkflowSerializationContext{WorkflowID: "case:2"})
	if got := other.FailureToError(proto.Clone(failure).(*failurepb.Failure)); strings.Contains(got.Error(), "duplicate") {
		t.Errorf("it opened in another workflow: %v", got)
	}
	var back *temporal.ApplicationError
	if !errors.As(fc.FailureToError(failure), &back) || back.Message() != "duplicate key value 王小满" || back.Type() != "internal" {
		t.Errorf("it came back as %v", back)
	}
}

// TestADerivedKeyIsAnother for each use and each key, and always the same.
func TestADerivedKeyIsAnother(t *testing.T) {
	t.Parallel()
	seen := map[[32]byte]bool{}
	for _, digit := range []string{"1", "2"} {
		for _, use := range []string{"a", "b", ""} {
			derived, err := key(t, digit).DeriveKey(use)
			again, _ := key(t, digit).DeriveKey(use)
			if err != nil || seen[derived] || derived != again || strings.HasPrefix(hex.EncodeToString(derived[:]), digit+digit+digit) {
				t.Errorf("%s for %q: %x (%v)", digit, use, derived, err)
			}
			seen[derived] = true
		}
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "zz", strings.Repeat("1", 62), strings.Repeat("1", 66), strings.Repeat("1", 63) + "g"} {
		if k, err := worker.ParseKey(text); err == nil {
			t.Errorf("%q is a key: %s", text, k.ID())
		} else if len(text) > 10 && strings.Contains(err.Error(), text[:10]) {
			t.Errorf("the error quotes the key: %v", err)
		}
	}
	text, err := worker.GenerateKey(bytes.NewReader(bytes.Repeat([]byte{7}, 32)))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "payload.key")
	if err := os.WriteFile(path, []byte("  "+text), 0o600); err != nil {
		t.Fatal(err)
	}
	loaded, err := worker.LoadKey(path)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := worker.ParseKey(text)
	if err != nil || parsed.ID() != loaded.ID() || len(loaded.ID()) != 32 {
		t.Errorf("id %q and %q, %v", parsed.ID(), loaded.ID(), err)
	}
	if _, err := worker.LoadKey(path + ".missing"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	if _, err := worker.GenerateKey(strings.NewReader("short")); err == nil {
		t.Error("a key of little randomness was made")
	}
	if loaded.ID() == key(t, "1").ID() {
		t.Error("two keys have one id")
	}
}
