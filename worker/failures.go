package worker

import (
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
)

// failureEncrypter encrypts the messages and stack traces of errors, because they
// may quote personal data. The SDK's own converter does not pass on the workflow
// to which the ciphertext must be bound.
type failureEncrypter struct {
	converter.FailureConverter
	codec *Codec
}

// FailureConverter returns the converter that client, worker and replayer must share.
func (c *Codec) FailureConverter() converter.FailureConverter {
	return &failureEncrypter{codec: c, FailureConverter: newFailureConverter(c.DataConverter())}
}

// WithSerializationContext implements converter.FailureConverterWithSerializationContext.
func (f *failureEncrypter) WithSerializationContext(ctx converter.SerializationContext) converter.FailureConverter {
	bound := converter.WithDataConverterSerializationContext(f.codec.DataConverter(), ctx)
	return &failureEncrypter{codec: f.codec, FailureConverter: newFailureConverter(bound)}
}

func newFailureConverter(dc converter.DataConverter) converter.FailureConverter {
	return temporal.NewDefaultFailureConverter(temporal.DefaultFailureConverterOptions{
		DataConverter: dc, EncodeCommonAttributes: true,
	})
}
