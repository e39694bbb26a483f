package worker

import (
	"context"
	"fmt"
	"log/slog"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.temporal.io/sdk/log"
)

// defaultAddress is where a development server listens.
const defaultAddress = "127.0.0.1:7233"

// Connection is a Temporal client with the codec of its namespace.
type Connection struct {
	client.Client
	Codec     *Codec
	Namespace string
	log       *slog.Logger
}

// DialOptions say how to reach Temporal and with which keys to read what it
// stores.
type DialOptions struct {
	Key   Key
	Older []Key // keys that were replaced; they still decrypt
	Log   *slog.Logger
	// Env gives TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and the other variables and
	// files of Temporal's own configuration; nil reads the environment.
	Env envconfig.EnvLookup
}

// Dial makes a client for one process. It does not connect yet: the product
// takes in cases with Temporal down, and Engine.Healthy tells.
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
	made, err := client.NewLazyClient(options)
	if err != nil {
		return nil, fmt.Errorf("temporal client: %w", err)
	}
	return &Connection{Client: made, Codec: codec, Namespace: options.Namespace, log: o.Log}, nil
}

// reachable asks whether Temporal answers, for no longer than a probe may take.
func (c *Connection) reachable(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	_, err := c.CheckHealth(ctx, &client.CheckHealthRequest{})
	return err
}
