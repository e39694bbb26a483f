package worker

import (
	"context"
	"fmt"
	"log/slog"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.temporal.io/sdk/log"
	"google.golang.org/grpc"
)

// defaultAddress is the address of a development server.
const defaultAddress = "127.0.0.1:7233"

// Connection is a Temporal client with the codec of its namespace.
type Connection struct {
	client.Client
	Codec     *Codec
	Namespace string
	log       *slog.Logger
}

// DialOptions are the address of Temporal and the keys of its payloads.
type DialOptions struct {
	Key   Key
	Older []Key // replaced keys, which still decrypt
	Log   *slog.Logger
	// Env looks up TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and the other variables of
	// Temporal's own configuration. If nil, the environment is read.
	Env envconfig.EnvLookup
}

// Dial returns a client without connecting, because cases can be filed while
// Temporal is down. Engine.CheckHealth reports whether it is reachable.
func Dial(o DialOptions) (*Connection, error) {
	options, err := envconfig.LoadClientOptions(envconfig.LoadClientOptionsRequest{EnvLookup: o.Env})
	if err != nil {
		return nil, fmt.Errorf("temporal configuration: %w", err)
	}
	if options.HostPort == "" {
		options.HostPort = defaultAddress
	}
	if options.Namespace == "" {
		options.Namespace = client.DefaultNamespace
	}
	codec, err := NewCodec(options.Namespace, o.Key, o.Older...)
	if err != nil {
		return nil, err
	}
	options.DataConverter, options.FailureConverter = codec.DataConverter(), codec.FailureConverter()
	options.Logger = log.NewStructuredLogger(o.Log)
	options.ConnectionOptions.GrpcCompression = &client.GrpcCompressionNone{} // ciphertext does not shrink
	options.ConnectionOptions.DialOptions = append(options.ConnectionOptions.DialOptions, grpc.WithChainUnaryInterceptor(endWhenBusy))
	lazy, err := client.NewLazyClient(options)
	if err != nil {
		return nil, fmt.Errorf("temporal client: %w", err)
	}
	return &Connection{Client: lazy, Codec: codec, Namespace: options.Namespace, log: o.Log}, nil
}

// checkReachable returns an error if Temporal does not answer within healthTimeout.
func (c *Connection) checkReachable(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	_, err := c.CheckHealth(ctx, &client.CheckHealthRequest{})
	return err
}
