package worker

import (
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
)

// failures encrypts the texts and stack traces of errors: they may quote what a
// database or a file said. The SDK's own converter does so too, but does not
// pass on which workflow it works for.
type failures struct {
	converter.FailureConverter
	codec *Codec
}

// FailureConverter is what client, worker and replayer must share.
func (c *Codec) FailureConverter() converter.FailureConverter {
	return &failures{codec: c, FailureConverter: failuresOver(c.DataConverter())}
}

// WithSerializationContext implements converter.FailureConverterWithSerializationContext.
func (f *failures) WithSerializationContext(ctx converter.SerializationContext) converter.FailureConverter {
	bound := converter.WithDataConverterSerializationContext(f.codec.DataConverter(), ctx)
	return &failures{codec: f.codec, FailureConverter: failuresOver(bound)}
}

func failuresOver(dc converter.DataConverter) converter.FailureConverter {
	return temporal.NewDefaultFailureConverter(temporal.DefaultFailureConverterOptions{
		DataConverter: dc, EncodeCommonAttributes: true,
	})
}
