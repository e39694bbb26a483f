package worker

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/proto"
)

// The metadata of an encrypted payload. Histories hold them: never change.
const (
	encodingEncrypted = "binary/encrypted"
	metadataCipher    = "encryption-cipher"
	metadataKeyID     = "encryption-key-id"
	cipherName        = "AES-256-GCM"
)

// aadLabel begins what is authenticated beside the ciphertext; it keeps our
// ciphertexts apart from any other use of the same key.
const aadLabel = "recourse/temporal-payload/v1"

// Codec encrypts every payload with AES-256-GCM and binds it to the namespace
// and the workflow it belongs to: a ciphertext moved to another case does not
// open. It takes and gives nothing unencrypted. Used without a workflow, as the
// SDK reserves the right to, it binds to the namespace alone, and what it gives
// opens in no workflow.
//
// It serves one namespace, named when it is made and not by the SDK's context:
// a replay of a stored history runs in a namespace of the SDK's own.
type Codec struct {
	namespace string
	workflow  string // empty: bound to none
	current   string // id of the key that encrypts
	keys      map[string]cipher.AEAD
}

var (
	errOpen     = errors.New("payload codec: the payload does not open: wrong workflow, or altered")
	errNotOurs  = errors.New("payload codec: the payload is not encrypted by this product")
	errTooShort = errors.New("payload codec: the payload is too short to be a ciphertext")
)

// NewCodec makes the codec of a namespace. The first key encrypts; the older
// ones only decrypt.
func NewCodec(namespace string, key Key, older ...Key) (*Codec, error) {
	c := &Codec{namespace: namespace, current: key.id, keys: map[string]cipher.AEAD{}}
	for _, one := range append([]Key{key}, older...) {
		if one.id == "" {
			return nil, errors.New("payload codec: a key is missing")
		}
		block, err := aes.NewCipher(one.secret[:])
		if err != nil {
			return nil, fmt.Errorf("payload codec: %w", err)
		}
		// The nonce is drawn by the standard library: a repeated nonce would
		// break GCM, so it is no input of ours.
		aead, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, fmt.Errorf("payload codec: %w", err)
		}
		c.keys[one.id] = aead
	}
	return c, nil
}

// WithSerializationContext implements converter.PayloadCodecWithSerializationContext.
// Only the workflow id is taken: it is the same on every side of a payload.
func (c *Codec) WithSerializationContext(ctx converter.SerializationContext) converter.PayloadCodec {
	bound := *c
	switch ctx := ctx.(type) {
	case converter.WorkflowSerializationContext:
		bound.workflow = ctx.WorkflowID
	case converter.ActivitySerializationContext:
		bound.workflow = ctx.WorkflowID
	}
	return &bound
}

// Encode implements converter.PayloadCodec.
func (c *Codec) Encode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	return each(payloads, c.seal)
}

// Decode implements converter.PayloadCodec.
func (c *Codec) Decode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	return each(payloads, c.open)
}

func each(payloads []*commonpb.Payload, turn func(*commonpb.Payload) (*commonpb.Payload, error)) ([]*commonpb.Payload, error) {
	turned := make([]*commonpb.Payload, len(payloads))
	for i, payload := range payloads {
		result, err := turn(payload)
		if err != nil {
			return nil, err
		}
		turned[i] = result
	}
	return turned, nil
}

func (c *Codec) seal(payload *commonpb.Payload) (*commonpb.Payload, error) {
	plain, err := proto.Marshal(payload)
	if err != nil {
		return nil, fmt.Errorf("payload codec: %w", err)
	}
	return &commonpb.Payload{
		Metadata: map[string][]byte{
			converter.MetadataEncoding: []byte(encodingEncrypted),
			metadataCipher:             []byte(cipherName),
			metadataKeyID:              []byte(c.current),
		},
		Data: c.keys[c.current].Seal(nil, nil, plain, c.aad(c.current)), //nolint:gosec // nil: the cipher draws its nonce, see NewCodec
	}, nil
}

func (c *Codec) open(payload *commonpb.Payload) (*commonpb.Payload, error) {
	metadata := payload.GetMetadata()
	if string(metadata[converter.MetadataEncoding]) != encodingEncrypted || string(metadata[metadataCipher]) != cipherName {
		return nil, errNotOurs
	}
	keyID := string(metadata[metadataKeyID])
	aead, known := c.keys[keyID]
	if !known {
		return nil, fmt.Errorf("payload codec: unknown key %q", keyID)
	}
	if len(payload.GetData()) < aead.Overhead() {
		return nil, errTooShort
	}
	plain, err := aead.Open(nil, nil, payload.GetData(), c.aad(keyID))
	if err != nil {
		return nil, errOpen
	}
	opened := &commonpb.Payload{}
	if err := proto.Unmarshal(plain, opened); err != nil {
		return nil, fmt.Errorf("payload codec: %w", err)
	}
	return opened, nil
}

// aad is what a ciphertext is bound to. Every part is preceded by its length,
// so that no two sets of parts give the same bytes.
func (c *Codec) aad(keyID string) []byte {
	var out []byte
	for _, part := range []string{aadLabel, keyID, c.namespace, c.workflow} {
		out = binary.BigEndian.AppendUint32(out, uint32(len(part)))
		out = append(out, part...)
	}
	return out
}

// DataConverter is what client, worker and replayer must share.
func (c *Codec) DataConverter() converter.DataConverter {
	return converter.NewCodecDataConverter(converter.GetDefaultDataConverter(), c)
}
