package worker_test

import (
	"bytes"
	"testing"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/proto"

	"recourse/worker"
)

// FuzzCodec gives the codec payloads that someone with the server's database
// wrote: none opens but those that were sealed here.
func FuzzCodec(f *testing.F) {
	k, err := worker.ParseKey("1111111111111111111111111111111111111111111111111111111111111111")
	if err != nil {
		f.Fatal(err)
	}
	c, err := worker.NewCodec("recourse", k)
	if err != nil {
		f.Fatal(err)
	}
	here := c.WithSerializationContext(converter.WorkflowSerializationContext{WorkflowID: "case-1"})
	sealed, err := here.Encode([]*commonpb.Payload{{Metadata: map[string][]byte{converter.MetadataEncoding: []byte("json/plain")}, Data: []byte(`"a"`)}})
	if err != nil {
		f.Fatal(err)
	}
	whole, err := proto.Marshal(sealed[0])
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:len(whole)-1])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, raw []byte) {
		var payload commonpb.Payload
		if proto.Unmarshal(raw, &payload) != nil {
			return
		}
		opened, err := here.Decode([]*commonpb.Payload{&payload})
		if err == nil && !bytes.Equal(opened[0].Data, []byte(`"a"`)) {
			t.Fatalf("opened %q", opened[0].Data)
		}
	})
}
