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

// The metadata of an encrypted payload. It is stored in workflow histories: never change it.
const (
	encodingEncrypted = "binary/encrypted"
	metadataCipher    = "encryption-cipher"
	metadataKeyID     = "encryption-key-id"
	cipherName        = "AES-256-GCM"
)

// aadLabel is the first part of the additional authenticated data. It separates
// these ciphertexts from any other use of the same key.
const aadLabel = "recourse/temporal-payload/v1"

// Codec encrypts every payload with AES-256-GCM and binds it to its namespace
// and workflow: a ciphertext copied to another case cannot be decrypted. It never
// accepts or returns an unencrypted payload. The SDK may use it without a
// workflow. Such a payload is bound to the namespace only and cannot be decrypted
// in a workflow.
//
// The namespace is set at construction instead of taken from the SDK's context,
// because the SDK replays stored histories in a namespace of its own.
type Codec struct {
	namespace string
	workflow  string // empty: not bound to a workflow
	current   string // id of the key that encrypts
	keys      map[string]cipher.AEAD
}

var (
	errOpen     = errors.New("payload codec: the payload cannot be decrypted: wrong workflow, or altered")
	errNotOurs  = errors.New("payload codec: the payload is not encrypted by this product")
	errTooShort = errors.New("payload codec: the payload is too short to be a ciphertext")
)

// NewCodec returns the codec of a namespace. key encrypts and decrypts; the older
// keys only decrypt.
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
		// The standard library chooses the nonce, because a repeated nonce
		// breaks GCM.
		aead, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, fmt.Errorf("payload codec: %w", err)
		}
		c.keys[one.id] = aead
	}
	return c, nil
}

// WithSerializationContext implements converter.PayloadCodecWithSerializationContext.
// It uses only the workflow id, which writer and reader of a payload share.
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
	return convertPayloads(payloads, c.encryptPayload)
}

// Decode implements converter.PayloadCodec.
func (c *Codec) Decode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	return convertPayloads(payloads, c.decryptPayload)
}

func convertPayloads(payloads []*commonpb.Payload, convert func(*commonpb.Payload) (*commonpb.Payload, error)) ([]*commonpb.Payload, error) {
	converted := make([]*commonpb.Payload, len(payloads))
	for i, payload := range payloads {
		result, err := convert(payload)
		if err != nil {
			return nil, err
		}
		converted[i] = result
	}
	return converted, nil
}

func (c *Codec) encryptPayload(payload *commonpb.Payload) (*commonpb.Payload, error) {
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
		Data: c.keys[c.current].Seal(nil, nil, plain, c.additionalData(c.current)), //nolint:gosec // nil: the cipher chooses the nonce, see NewCodec
	}, nil
}

func (c *Codec) decryptPayload(payload *commonpb.Payload) (*commonpb.Payload, error) {
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
	plain, err := aead.Open(nil, nil, payload.GetData(), c.additionalData(keyID))
	if err != nil {
		return nil, errOpen
	}
	opened := &commonpb.Payload{}
	if err := proto.Unmarshal(plain, opened); err != nil {
		return nil, fmt.Errorf("payload codec: %w", err)
	}
	return opened, nil
}

// additionalData returns the data a ciphertext is bound to. Each part is preceded
// by its length, so that different parts never give the same bytes.
func (c *Codec) additionalData(keyID string) []byte {
	var out []byte
	for _, part := range []string{aadLabel, keyID, c.namespace, c.workflow} {
		out = binary.BigEndian.AppendUint32(out, uint32(len(part)))
		out = append(out, part...)
	}
	return out
}

// DataConverter returns the converter that client, worker and replayer must share.
func (c *Codec) DataConverter() converter.DataConverter {
	return converter.NewCodecDataConverter(converter.GetDefaultDataConverter(), c)
}
